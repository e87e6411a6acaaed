package storetest

import (
	"fmt"
	"reflect"
	"strings"
)

// fields writes the fields of a struct that are not zero, in one short line.
func fields(s any) string {
	v := reflect.ValueOf(s)
	var out []string
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			out = append(out, v.Type().Field(i).Name+": "+value(f))
		}
	}
	return strings.Join(out, ", ")
}

func value(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Pointer:
		return value(v.Elem())
	case v.Kind() == reflect.String && v.Len() > 40:
		return fmt.Sprintf("%q...(%d bytes)", v.String()[:10], v.Len())
	case v.Kind() == reflect.String || v.Kind() == reflect.Slice:
		return fmt.Sprintf("%q", v.Interface())
	}
	if _, ok := v.Interface().(fmt.Stringer); !ok && v.Kind() == reflect.Struct {
		return "{" + fields(v.Interface()) + "}"
	}
	return fmt.Sprint(v.Interface())
}
