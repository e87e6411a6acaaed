package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

// An ActorKind is a kind of actor.
type ActorKind uint8

// The kinds of actor. The zero value may do nothing.
const (
	NoActor      ActorKind = iota
	ActorUser              // a user of the account
	ActorSync              // a feed of users, such as an HR system
	ActorSupport           // the vendor's staff
	ActorSystem            // the host application, and the clock
)

var actorNames = enum.Names[ActorKind]{"", "user", "sync", "support", "system"}

// String returns the kind in lower case.
func (k ActorKind) String() string { return actorNames.Of(k) }

// MarshalText returns the text form.
func (k ActorKind) MarshalText() ([]byte, error) { return actorNames.Marshal(k) }

// UnmarshalText reads the text form.
func (k *ActorKind) UnmarshalText(text []byte) error { return actorNames.Unmarshal(text, k) }

// An Actor asks for an action. The host passes it with every call. Build one with [As],
// [Support], [Sync] or [System].
type Actor struct {
	Kind ActorKind `json:"kind"`
	User ID        `json:"user,omitzero"` // of an [ActorUser]
	Name string    `json:"name,omitzero"` // the source of an [ActorSync], the reference of an [ActorSupport]
}

// As returns a user of the account as the actor.
func As(user ID) Actor { return Actor{Kind: ActorUser, User: user} }

// Support returns the vendor's staff as the actor. The reference of the request is required
// and goes into the events.
func Support(reference string) Actor { return Actor{Kind: ActorSupport, Name: reference} }

// Sync returns the feed of that name as the actor. It acts on the users of its own source.
func Sync(source string) Actor { return Actor{Kind: ActorSync, Name: source} }

// System returns the host application as the actor: its billing webhook, its sign-in page,
// its clock.
func System() Actor { return Actor{Kind: ActorSystem} }

// Check returns the [Reason] against the actor, or nil.
func (a Actor) Check() error {
	switch {
	case a.Kind == ActorUser && a.Name == "":
		return CheckID(a.User)
	case a == Support(""):
		return ErrNoReference
	case (a.Kind == ActorSync || a.Kind == ActorSupport) && a.User == "":
		return CheckID(a.Name)
	case a == System():
		return nil
	case a.Kind == NoActor:
		return ErrEmpty
	}
	return ErrActor
}

// Owns reports whether the actor is the sync of that source.
func (a Actor) Owns(s Source) bool {
	return a.Kind == ActorSync && s == Source{Kind: SourceSync, Name: a.Name}
}
