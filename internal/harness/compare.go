package harness

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// Plain returns rows in the form in which equal ones are equal by == and
// [require.Equal]: an empty list is a missing one, instants have lost whatever
// else they carry, and the store's own time is left out. They have to be UTC.
func Plain[T any](t reporter, rows T) T {
	t.Helper()
	v := reflect.ValueOf(&rows).Elem()
	tidy(t, v)
	return rows
}

// A reporter is what assertions report to.
type reporter interface {
	require.TestingT
	Helper()
}

func tidy(t reporter, v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		if v.Len() == 0 {
			v.SetZero()
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		if untidy(v.Type().Elem()) {
			for i := range v.Len() {
				tidy(t, v.Index(i))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			tidy(t, own.Elem())
			v.Set(own)
		}
	case reflect.Struct:
		if at, ok := v.Addr().Interface().(*time.Time); ok {
			if at.Location() != time.UTC {
				t.Helper()
				require.Equal(t, time.UTC, at.Location(), "where an instant is")
			}
			*at = at.UTC()
			return
		}
		for _, f := range untidyFields(v.Type()) {
			tidy(t, v.Field(f.index))
			if f.storeTime {
				v.Field(f.index).SetZero()
			}
		}
	}
}

// untidy reports whether tidy may change values of the type.
func untidy(of reflect.Type) bool {
	switch of.Kind() {
	case reflect.Slice, reflect.Pointer:
		return true
	case reflect.Struct:
		return of == reflect.TypeFor[time.Time]() || len(untidyFields(of)) > 0
	}
	return false
}

// An untidyField is one that tidy may change.
type untidyField struct {
	index     int
	storeTime bool // left out
}

var fields sync.Map // lists of untidy fields, by the type of a struct

// untidyFields lists the fields that tidy may change: of most rows they are few.
func untidyFields(of reflect.Type) []untidyField {
	if known, ok := fields.Load(of); ok {
		return known.([]untidyField)
	}
	var list []untidyField
	for i := range of.NumField() {
		if f := of.Field(i); f.IsExported() && untidy(f.Type) {
			list = append(list, untidyField{i, f.Name == "StoreTime"})
		}
	}
	fields.Store(of, list)
	return list
}

// concealed returns rows that are plain, with everything random in them replaced by as
// many x: the salts of rows, and what events have sealed with them.
func concealed[T any](rows T) T {
	conceal(reflect.ValueOf(&rows).Elem())
	return rows
}

func conceal(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			conceal(v.Index(i))
		}
	case reflect.Struct:
		switch row := v.Addr().Interface().(type) {
		case *users.User:
			row.Salt = strings.Repeat("x", len(row.Salt))
		case *seats.Account:
			row.Salt = strings.Repeat("x", len(row.Salt))
		case *seats.Pool:
			if strings.Count(row.Join.Text, "-") == 2 { // a random one
				row.Join.Text = "x"
			}
		case *seats.Event:
			call := row.Digest[:min(32, len(row.Digest))]
			row.Digest = call + strings.Repeat("x", len(row.Digest)-len(call))
		default:
			for i := range v.NumField() {
				if v.Field(i).CanSet() {
					conceal(v.Field(i))
				}
			}
		}
	}
}
