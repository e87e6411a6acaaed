package users

import "github.com/seatkeeper/seatkeeper/internal/enum"

// An ActorKind is a kind of actor.
type ActorKind uint8

// The kinds of actor. The zero value is nobody, who may do nothing.
const (
	NoActor      ActorKind = iota
	ActorUser              // a user of the account
	ActorSync              // a feed of people, such as an HR system
	ActorSupport           // the vendor's staff
	ActorSystem            // the host application, and the clock
)

var actorNames = enum.Names[ActorKind]{"", "user", "sync", "support", "system"}

// String returns the kind in lower case.
func (k ActorKind) String() string { return actorNames.Of(k) }

// MarshalText returns the text form that [ActorKind.UnmarshalText] reads.
func (k ActorKind) MarshalText() ([]byte, error) { return actorNames.Marshal(k) }

// UnmarshalText reads the text form; anything else is an error.
func (k *ActorKind) UnmarshalText(text []byte) error { return actorNames.Unmarshal(text, k) }

// An Actor is whoever asks for something. The host says who it is on every
// call; it is never taken from a context. Build one with [As], [Support],
// [Sync] or [System].
type Actor struct {
	Kind ActorKind `json:"kind"`
	User ID        `json:"user,omitzero"` // of an [ActorUser]
	Name string    `json:"name,omitzero"` // of an [ActorSync]: the name of the source; of an [ActorSupport]: the reference of the request
}

// As returns the actor who is a user of the account.
func As(user ID) Actor { return Actor{Kind: ActorUser, User: user} }

// Support returns the vendor's staff acting on a request, whose reference goes
// into the record and must be given.
func Support(reference string) Actor { return Actor{Kind: ActorSupport, Name: reference} }

// Sync returns the feed of people of that name, which acts on its own people.
func Sync(source string) Actor { return Actor{Kind: ActorSync, Name: source} }

// System returns the host application itself: its billing webhook, its sign-in
// page, its clock.
func System() Actor { return Actor{Kind: ActorSystem} }

// Check reports what is wrong with the actor, or nil.
func (a Actor) Check() error {
	switch {
	case a.Kind == ActorUser && a.Name == "":
		return CheckID(a.User)
	case (a.Kind == ActorSync || a.Kind == ActorSupport) && a.User == "":
		return CheckID(a.Name)
	case a == System():
		return nil
	case a.Kind == NoActor:
		return ErrEmpty
	}
	return ErrActor
}

// Owns reports whether people of that source are the actor's own to act on.
// Only a sync has any.
func (a Actor) Owns(s Source) bool {
	return a.Kind == ActorSync && s == Source{Kind: SourceSync, Name: a.Name}
}
