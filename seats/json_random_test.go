package seats_test

import (
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestDocuments_random writes values of every type with a JSON form, with anything
// in their fields that can stand there, and reads them again.
func TestDocuments_random(t *testing.T) {
	for _, zero := range []any{
		seats.Policy{}, seats.Event{}, seats.Opening{}, seats.Outcome{}, seats.Refusal{}, seats.Account{}, seats.Usage{},
		seats.Plan{}, seats.Person{}, seats.Pool{}, users.User{}, users.Profile{}, users.Patch{}, users.Tally{},
	} {
		kind := reflect.TypeOf(zero)
		t.Run(kind.String(), rapid.MakeCheck(func(t *rapid.T) {
			value := reflect.New(kind)
			fill(t, value.Elem(), 0)
			text, err := json.Marshal(value.Interface())
			require.NoError(t, err)
			read := reflect.New(kind)
			require.NoError(t, json.Unmarshal(text, read.Interface()), "%s", text)
			require.Equal(t, value.Interface(), read.Interface(), "%s", text)
		}))
	}
}

func TestCommands_random(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := randomCommand(t, 0)
		text, err := seats.EncodeCommand(c)
		require.NoError(t, err)
		read, err := seats.DecodeCommand(text)
		require.NoError(t, err, "%s", text)
		require.Equal(t, c, read, "%s", text)
	})
}

func TestPolicy_random(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomPolicy(t)
		text, err := json.Marshal(p)
		require.NoError(t, err)
		read := everySwitch
		require.NoError(t, json.Unmarshal(text, &read))
		require.True(t, p == read, "%s", text)
	})
}

func randomCommand(t *rapid.T, depth int) seats.Command {
	c := reflect.New(reflect.TypeOf(rapid.SampledFrom(everyCommand).Draw(t, "command"))).Elem()
	fill(t, c, depth)
	return c.Interface().(seats.Command)
}

// randomPolicy returns any policy that does not contradict itself.
func randomPolicy(t *rapid.T) seats.Policy {
	type switches seats.Policy // which fill does not know
	var drawn switches
	fill(t, reflect.ValueOf(&drawn).Elem(), 0)
	p := seats.Policy(drawn)
	p.Term = 0
	if p.InvitationExpiry != seats.ExpiryNever {
		p.Term = time.Duration(rapid.Int64Range(1, seats.MaxTerm.Microseconds()).Draw(t, "term")) * time.Microsecond
	}
	p.Buying.Least = rapid.Int64Range(0, seats.MaxSeats).Draw(t, "least")
	p.Buying.Most = rapid.SampledFrom([]int64{0, p.Buying.Least, seats.MaxSeats}).Draw(t, "most")
	p.Withheld &= users.In(users.ActionInvite, users.ActionClose, users.ActionHandOver, users.ActionArchive, users.ActionRestore, users.ActionEdit, users.ActionBuySeats)
	p.LeaveNotice = rapid.IntRange(0, seats.MaxLeaveNotice).Draw(t, "notice")
	p.Unseen.Days, p.Unseen.Grace = rapid.IntRange(0, seats.MaxUnseenDays).Draw(t, "days"), rapid.IntRange(0, seats.MaxUnseenDays).Draw(t, "grace")
	p.Unseen.Exempt &= users.In(users.Roles()...)
	p.MostLeavers = rapid.Int64Range(0, seats.MaxLeavers).Draw(t, "leavers")
	for _, g := range []*seats.Growth{&p.Growth, &p.CourseGrowth} {
		*g = rapid.SampledFrom([]seats.Growth{{}, everySwitch.Growth, everySwitch.CourseGrowth}).Draw(t, "growth")
	}
	for _, to := range []*seats.Thresholds{&p.Thresholds, &p.CourseThresholds} {
		*to = rapid.SampledFrom([]seats.Thresholds{{}, everySwitch.Thresholds, everySwitch.CourseThresholds}).Draw(t, "thresholds")
	}
	for i := range p.Cards {
		if p.Cards[i].Title == "" || users.CheckText(p.Cards[i].Title, users.MaxText) != nil {
			p.Cards[i].Title = "other"
		}
	}
	require.NoError(t, p.Check())
	return p
}

// fill puts anything into a value that its type allows.
func fill(t *rapid.T, v reflect.Value, depth int) {
	switch to := v.Addr().Interface().(type) {
	case *seats.Policy:
		*to = randomPolicy(t)
		return
	case *seats.Command:
		*to = randomCommand(t, depth)
		return
	case *seats.Count:
		n := rapid.Int64Range(0, seats.MaxSeats).Draw(t, "count")
		*to = rapid.SampledFrom([]seats.Count{{}, seats.Unlimited(), seats.Of(n)}).Draw(t, "of")
		return
	case *seats.Sources:
		var list []seats.Source
		fill(t, reflect.ValueOf(&list).Elem(), depth)
		*to = seats.SourcesOf(list...)
		return
	case *seats.WaitingList:
		var list []seats.Waiting
		fill(t, reflect.ValueOf(&list).Elem(), depth)
		*to = seats.WaitingOf(list...)
		return
	case *time.Time:
		if rapid.Bool().Draw(t, "ever") {
			*to = time.UnixMicro(rapid.Int64Range(-1e15, 2e17).Draw(t, "time")).UTC()
		}
		return
	case *users.Tally:
		for _, s := range users.Segments() {
			to[s.Status][s.Role][map[bool]int{true: 1}[s.Synced]] = max(0, rapid.Int32().Draw(t, "people"))
		}
		return
	case *error:
		*to = rapid.SampledFrom([]error{nil, users.ErrTooLong, seats.ErrNoWayIn, errors.New("is odd")}).Draw(t, "reason")
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(t, field, depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), depth+1)
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 2).Draw(t, "length"); n >= 0 && depth < 6 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(t, v.Index(i), depth+1)
			}
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "there") && depth < 6 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), depth+1)
			if v.Elem().Kind() == reflect.Slice && v.Elem().IsNil() {
				v.Elem().Set(reflect.MakeSlice(v.Type().Elem(), 0, 0))
			}
		}
	case reflect.Uint8:
		v.SetUint(rapid.SampledFrom(named(v.Type(), 255)).Draw(t, v.Type().String()))
	case reflect.Uint64:
		v.SetUint(rapid.Uint64().Draw(t, "number"))
		if _, ok := v.Interface().(json.Marshaler); ok { // a set
			v.SetUint(0)
			for _, member := range named(v.MethodByName("Has").Type().In(0), 63) {
				if rapid.Bool().Draw(t, "in") {
					v.SetUint(v.Uint() | 1<<member)
				}
			}
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "number"))
	case reflect.Int32:
		v.SetInt(int64(rapid.Int32().Draw(t, "number")))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "yes"))
	case reflect.String:
		v.SetString(rapid.String().Draw(t, "text"))
	default:
		t.Fatalf("there are no random values of %s", v.Type())
	}
}

// named returns the numbers up to most of the values of an enumeration.
func named(kind reflect.Type, most uint64) []uint64 {
	var all []uint64
	for i := range most + 1 {
		v := reflect.New(kind).Elem()
		v.SetUint(i)
		if _, err := v.Interface().(encoding.TextMarshaler).MarshalText(); err == nil {
			all = append(all, i)
		}
	}
	return all
}
