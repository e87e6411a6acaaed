package memstore

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// leaves lists the fields of a row down to texts, numbers, instants and lists.
func leaves(v reflect.Value) (all []reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time](), v.Type() == reflect.TypeFor[seats.Count]():
		return []reflect.Value{v}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			all = append(all, leaves(v.Field(i))...)
		}
		return all
	case v.Kind() == reflect.Array:
		for i := range v.Len() {
			all = append(all, leaves(v.Index(i))...)
		}
		return all
	}
	return []reflect.Value{v}
}

// fill gives a field a value other than zero.
func fill(t *testing.T, r *rand.Rand, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.UnixMicro(r.Int64N(1e16) - 5e15).UTC()))
		return
	case seats.Count:
		v.Set(reflect.ValueOf([]seats.Count{seats.Unlimited(), seats.Of(0), seats.Of(r.Int64N(seats.MaxSeats))}[r.IntN(3)]))
		return
	case users.ID:
		v.SetString([]string{"known", "unknown"}[r.IntN(2)])
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32:
		v.SetInt(int64([]int32{1, -1, math.MaxInt32, math.MinInt32, r.Int32N(1e6) + 1}[r.IntN(5)]))
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{1, -1, 1 << 62, -1 << 63, r.Int64N(1e6) + 1}[r.IntN(5)])
	case reflect.Uint8:
		v.SetUint(r.Uint64N(255) + 1)
	case reflect.Uint64:
		v.SetUint(r.Uint64() | 1)
	case reflect.String:
		v.SetString(fmt.Sprint([]string{"é\x00\xff", "x", ""}[r.IntN(3)], r.IntN(3000)))
	case reflect.Struct:
		for _, leaf := range leaves(v) {
			fill(t, r, leaf)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(3)+1, 3))
		for i := range v.Len() {
			if r.IntN(3) > 0 {
				fill(t, r, v.Index(i))
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		for _, leaf := range leaves(v.Elem()) {
			fill(t, r, leaf)
		}
	default:
		require.FailNow(t, "a field of a new kind", "%s", v.Type())
	}
}

// TestPacker fills all fields of a row, and each alone, by reflection, so that a new field can't be
// forgotten.
func TestPacker(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	a := newAccount()
	a.row.ID = "acme"
	a.put(users.User{}, users.User{Profile: users.Profile{ID: "known"}})
	t.Run("user", func(t *testing.T) {
		roundTrip(t, r, func(u users.User) users.User {
			p := a.writing()
			p.user(&u)
			row := string(p.packed())
			u = users.User{}
			a.reading(row).user(&u)
			require.Empty(t, a.packer.text, "all of it is read")
			return u
		})
	})
	t.Run("event", func(t *testing.T) {
		roundTrip(t, r, func(e seats.Event) seats.Event {
			e.Account, e.Sequence = "acme", uint64(a.events.size)+1
			a.record(e)
			return a.event(a.events.size-1, a.events.at(a.events.size-1))
		}, "Account", "Sequence")
	})
	require.Len(t, a.words, maxWords)
}

func roundTrip[R any](t *testing.T, r *rand.Rand, through func(R) R, given ...string) {
	for i := range 300 {
		var row R
		all := leaves(reflect.ValueOf(&row).Elem())
		if i < len(all) {
			fill(t, r, all[i])
		} else {
			for _, leaf := range all {
				fill(t, r, leaf)
			}
		}
		is := through(row)
		for _, name := range given {
			of := reflect.ValueOf(&row).Elem().FieldByName(name)
			of.Set(reflect.ValueOf(is).FieldByName(name))
		}
		require.Equal(t, row, is)
	}
}

func TestLog(t *testing.T) {
	var l log
	for i := range 3*chunkSize + 1 {
		require.Equal(t, i, l.size)
		l.add([]byte(fmt.Sprint(i)))
		for _, from := range []int{0, i / 2, i, i + 1} {
			next := from
			for at, event := range l.from(from) {
				require.Equal(t, next, at)
				require.Equal(t, fmt.Sprint(at), event)
				next++
			}
			require.Equal(t, i+1, next)
		}
		require.Equal(t, fmt.Sprint(i), l.at(i))
	}
	for range l.from(5) {
		break
	}
	require.Empty(t, l.at(l.size))
}
