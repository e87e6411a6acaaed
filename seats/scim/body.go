package scim

import (
	"errors"
	"iter"
	"slices"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Body is the body of a request, read and not yet understood: what it sets, adds and removes, in order. It may
// hold personal data. Passwords are left out.
type Body struct {
	operations []operation
	patch      bool
	paths      int // bytes of paths
}

// An opKind is a kind of operation.
type opKind string

const (
	add     opKind = "add"
	remove  opKind = "remove"
	replace opKind = "replace"
)

type operation struct {
	kind  opKind
	path  path
	value any
	body  bool // the value is a part of an object: null is as good as absent
}

// MaxOperations is the largest number of operations in a patch.
const MaxOperations = 1000

// ReadResource reads the body of POST and PUT. An error is an [*Error].
func ReadResource(text []byte) (Body, error) {
	o, err := readObject(text)
	if err != nil {
		return Body{}, err
	}
	var b Body
	if err := b.set(replace, o, 0); err != nil {
		return Body{}, err
	}
	return b, nil
}

// ReadPatch reads the body of PATCH, of at most [MaxOperations] operations. An error is an [*Error].
func ReadPatch(text []byte) (Body, error) {
	o, err := readObject(text)
	if err != nil {
		return Body{}, err
	}
	operations, err := objects("Operations", o.get("operations"))
	switch {
	case err != nil:
		return Body{}, err
	case len(operations) == 0:
		return Body{}, invalid(InvalidSyntax, "a patch without Operations")
	case len(operations) > MaxOperations:
		return Body{}, invalid(InvalidSyntax, "a patch has more than %d operations", MaxOperations)
	}
	b := Body{patch: true}
	for _, o := range operations {
		if err := b.operation(o); err != nil {
			return Body{}, err
		}
	}
	return b, nil
}

// operation adds an operation of a patch.
func (b *Body) operation(o object) *Error {
	op, _ := o.get("op").(string)
	kind := opKind(users.Fold(op))
	if !slices.Contains([]opKind{add, remove, replace}, kind) {
		return invalid(InvalidSyntax, "an operation is none of add, remove and replace")
	}
	text, err := textOf("path", o.get("path"))
	if err != nil {
		return err
	}
	p, err := b.path(text)
	if err != nil {
		return err
	}
	if p != (path{}) {
		b.add(operation{kind: kind, path: p, value: o.get("value")})
		return nil
	}
	value, ok := o.get("value").(object)
	if !ok || kind == remove {
		return invalid(NoTarget, "an operation without a path is add or replace, and its value is an object")
	}
	return b.set(kind, value, 0)
}

// path reads a path within the bounds of a body.
func (b *Body) path(text string) (path, *Error) {
	if b.paths += len(text); b.paths > maxPaths {
		return path{}, invalid(InvalidSyntax, "the paths of a body have more than %d bytes", maxPaths)
	}
	return readPath(text)
}

// set adds the operations of an object whose names are paths. The object of a schema is one of its own.
func (b *Body) set(kind opKind, o object, depth int) *Error {
	for _, m := range o {
		p, err := b.path(m.name)
		if err != nil {
			return err
		}
		if inner, ok := m.value.(object); ok && p == (path{}) && depth == 0 {
			if err := b.set(kind, inner, 1); err != nil {
				return err
			}
			continue
		}
		b.add(operation{kind: kind, path: p, value: m.value, body: true})
	}
	return nil
}

// passedOver are attributes that the host alone sets, and the password, which is not even kept in a Body.
var passedOver = []string{unknownSchema, "", "password", "schemas", "id", "meta", "groups"}

func (b *Body) add(o operation) {
	if !slices.Contains(passedOver, o.path.attribute) {
		b.operations = append(b.operations, o)
	}
}

// People reads the users of the account, for which the host calls its Keeper:
//
//	scim.People{
//		Find:  func(key users.Key) (seats.Person, error) { return keeper.Find(ctx, account, key) },
//		List:  func(f users.Filter) iter.Seq2[seats.Person, error] { return keeper.Users(ctx, account, f) },
//		Count: func(f users.Filter) (int64, error) { return keeper.Count(ctx, account, f) },
//	}
type People struct {
	Find  func(users.Key) (seats.Person, error)
	List  func(users.Filter) iter.Seq2[seats.Person, error]
	Count func(users.Filter) (int64, error)
}

// Find returns the users with a key of the body: those that POST could be about. An error is one of
// People, or an [*Error].
func (b Body) Find(p People) ([]users.User, error) {
	d := draft{}
	if err := d.read(b); err != nil {
		return nil, err
	}
	return p.find(d.profile.Keys())
}

// find returns the users with one of the keys, each once, without the deleted ones.
func (p People) find(keys []users.Key) (found []users.User, err error) {
	for len(keys) > 0 {
		person, err := p.Find(keys[0])
		refusal, refused := errors.AsType[*seats.Refusal](err)
		switch {
		case refused && refusal.Code == seats.ErrAmbiguous: // an address that several users share
			for _, id := range refusal.Others {
				keys = append(keys, users.ByID(id))
			}
		case refused && refusal.Code == seats.ErrUnknownUser:
		case err != nil:
			return nil, err
		case person.Here() && !slices.ContainsFunc(found, func(u users.User) bool { return u.ID == person.ID }):
			found = append(found, person.User)
		}
		keys = keys[1:]
	}
	return found, nil
}
