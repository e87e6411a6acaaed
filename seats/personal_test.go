package seats_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// TestDigest_nothing_personal changes every field of every command and of an opening in turn,
// leaves it out and adds it: the digest stays as it is, but for the fields that are no secret.
func TestDigest_nothing_personal(t *testing.T) {
	open := map[reflect.Type]bool{
		reflect.TypeFor[users.ID](): true, reflect.TypeFor[users.AccountID](): true, reflect.TypeFor[seats.PoolID](): true,
		reflect.TypeFor[users.Role](): true, reflect.TypeFor[*users.Role](): true, reflect.TypeFor[seats.Policy](): true, reflect.TypeFor[seats.Count](): true, reflect.TypeFor[seats.Version](): true,
	}
	openNames := []string{"Status", "Quantity", "Later", "Gone", "DueDate", "Invitation"}
	personal, other := 0, 0
	each := func(t *testing.T, root reflect.Value, of func() string) {
		want := of()
		var change func(v reflect.Value, name string)
		change = func(v reflect.Value, name string) {
			check := func(values ...any) {
				was := reflect.ValueOf(v.Interface())
				secret := !open[v.Type()] && !slices.Contains(openNames, name)
				for _, to := range append(values, reflect.Zero(v.Type()).Interface()) {
					value := reflect.ValueOf(to).Convert(v.Type())
					if reflect.DeepEqual(value.Interface(), was.Interface()) {
						continue
					}
					v.Set(value)
					require.Equal(t, secret, of() == want, "%T: %s from %v to %v", root.Interface(), name, was, value)
					if secret {
						personal++
					} else {
						other++
					}
				}
				v.Set(was)
			}
			switch v.Interface().(type) {
			case seats.Policy:
				check(seats.AccuEdConnect())
				return
			case seats.Version:
				check(seats.Version{Number: 77})
				return
			case seats.TermStart:
				check() // there are two
				return
			case seats.Count:
				check(seats.Of(77))
				return
			case time.Time:
				check(start.AddDate(1, 2, 3))
				return
			}
			switch v.Kind() {
			case reflect.Struct:
				for i := range v.NumField() {
					change(v.Field(i), v.Type().Field(i).Name)
				}
			case reflect.Slice:
				check(reflect.MakeSlice(v.Type(), 1, 1).Interface(), reflect.MakeSlice(v.Type(), 3, 3).Interface())
			case reflect.Pointer:
				check(reflect.New(v.Type().Elem()).Interface())
				if !v.IsNil() {
					change(v.Elem(), name)
				}
			case reflect.String:
				check("another")
			case reflect.Uint8:
				check(uint8(v.Uint())%2 + 1)
			case reflect.Bool:
				check(true)
			case reflect.Int:
				check(77)
			case reflect.Int64:
				check(int64(77))
			default:
				require.Fail(t, "no change is known", "%T: %s", root.Interface(), name)
			}
		}
		change(root, "")
	}
	for _, c := range everyCommand {
		text, err := seats.EncodeCommand(c)
		require.NoError(t, err)
		own, err := seats.DecodeCommand(text)
		require.NoError(t, err)
		root := reflect.New(reflect.TypeOf(c)).Elem()
		root.Set(reflect.ValueOf(own))
		each(t, root, func() string {
			return seats.Digest(system, seats.ByCall, []seats.Command{root.Interface().(seats.Command)})
		})
	}
	o := seats.Opening{Account: "acme", Name: "Acme", Policy: seats.Standard(), Owner: everyCommand[0].(seats.Invite).Profile}
	each(t, reflect.ValueOf(&o).Elem(), func() string { return o.Digest() })
	require.Greater(t, personal, 120)
	require.Greater(t, other, 60)
}

// TestDecide_sealed has a key that came with other personal values: they are told apart as
// long as the row has its salt, and not once its personal data is gone.
func TestDecide_sealed(t *testing.T) {
	s := open(t, seats.Of(3), seats.Standard())
	s.invite("ada", "bob")
	decide := func(key string, c seats.Command) (seats.Decision, error) {
		return seats.Decide(s.once(key, seats.ByCall, 0, support, c))
	}
	title := func(text string) seats.Command {
		return seats.Edit{User: "ada", Set: users.Patch{Title: &text}}
	}
	for key, c := range map[string]seats.Command{"edit": title("a"), "delete": seats.Delete{User: "bob", Reason: "left"}} {
		d, err := decide(key, c)
		require.NoError(t, err)
		s.write(d.Change)
	}
	_, err := decide("edit", title("b"))
	require.ErrorIs(t, err, seats.ErrKeyReused)
	require.NotEmpty(t, s.user("ada").Salt)
	require.Empty(t, s.user("bob").Salt)
	s.do(support, seats.Delete{User: "ada"}, seats.Close{})
	d, err := decide("erase", seats.EraseAccount{Reason: "asked for it"})
	require.NoError(t, err)
	s.write(d.Change)
	require.Len(t, s.lastEvent().Digest, 32, "no seal of what is erased")
	require.Empty(t, s.rows.Account.Salt)
	for key, c := range map[string]seats.Command{
		"edit": title("b"), "delete": seats.Delete{User: "bob", Reason: "fired"}, "erase": seats.EraseAccount{Reason: "another"},
	} {
		d, err := decide(key, c)
		require.NoError(t, err, key)
		require.Len(t, d.Repeated, 1, "every guess gets the same answer")
	}
}

// TestDecide_sealed_fields has a key that came with other personal fields: they are told
// apart while the row has its salt, also where there were none, and not by what stays.
func TestDecide_sealed_fields(t *testing.T) {
	invited := func(change func(p *users.Profile)) seats.Command {
		p := users.Profile{ID: "ada", Email: "ada@acme.example", ExternalID: "4711"}
		change(&p)
		return seats.Invite{Profile: p, Role: users.Member}
	}
	same := func(*users.Profile) {}
	for name, c := range map[string]struct{ first, other seats.Command }{
		"address left out":     {invited(same), invited(func(p *users.Profile) { p.Email = "" })},
		"external ID left out": {invited(same), invited(func(p *users.Profile) { p.ExternalID = "" })},
		"location added":       {invited(same), invited(func(p *users.Profile) { p.Location = "London" })},
		"other source":         {invited(same), invited(func(p *users.Profile) { p.Source.Kind = users.SourceImport })},
		"licence added":        {seats.Import{User: importedUser("eve", nil)}, licensed("eve", "go-course", 0)},
		"other field":          {seats.Edit{User: "bob", Set: users.Patch{Title: new("a")}}, seats.Edit{User: "bob", Set: users.Patch{LastName: new("a")}}},
		"first field":          {seats.Edit{User: "bob"}, seats.Edit{User: "bob", Set: users.Patch{LastName: new("a")}}},
		"first reason": {
			seats.Deactivate{User: "bob"}, seats.Deactivate{User: "bob", Reason: "left"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, seats.Of(5), seats.Standard())
			s.invite("bob")
			s.do(system, seats.SetTotal{Pool: "go-course", Total: seats.Of(5)})
			decide := func(c seats.Command) (seats.Decision, error) {
				rows, r := s.once("k", seats.ByCall, 0, system, c)
				return seats.Decide(rows, r)
			}
			d, err := decide(c.first)
			require.NoError(t, err)
			require.Len(t, d.Change.Events[0].Digest, 64, "also where no personal field is given")
			s.write(d.Change)
			_, err = decide(c.other)
			require.ErrorIs(t, err, seats.ErrKeyReused)
			s.do(support, seats.Delete{User: d.Outcomes[0].User})
			for _, command := range []seats.Command{c.first, c.other} {
				d, err := decide(command)
				require.NoError(t, err)
				require.NotEmpty(t, d.Repeated)
			}
		})
	}
}
