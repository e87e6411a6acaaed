// Package scim answers an identity provider that pushes users and groups by SCIM 2.0 (RFC 7643, RFC 7644).
// It turns bodies and queries into commands and filters, and users, groups and refusals into answers. It has
// no HTTP, no store and no Keeper: the host owns the endpoint, the tokens and the calls.
//
// It is a module of its own, so that programs without SCIM need no parser for it.
//
// # A request
//
// A [Connection] is one provider's access to one account. Its commands are those of the actor
// [users.Sync], which acts on the users of its own source alone:
//
//	c := scim.Connection{Source: "entra", Base: "https://learn.example/scim/v2"} // by the bearer token of the request
//
//	body, err := scim.ReadResource(text)               // POST and PUT; ReadPatch for PATCH
//	present, err := body.Find(people)                  // POST: the users with its keys
//	commands, err := c.Create(body, present)           // PUT, PATCH: Change; DELETE: Remove
//	result, err := keeper.Do(ctx, account, c.Actor(), commands...)
//	answer := c.User(person.User)                      // the JSON of 200 and 201
//	failure := scim.ErrorOf(err)                       // status, scimType and text of every other answer
//
// No commands are a success: a request of what is already so calls nothing and writes nothing. The commands of a
// request are one all-or-nothing call, for PATCH requires that. They are decided on the user as
// read before; whatever the user is by then, the Keeper decides again.
//
// [Connection.Query] reads the parameters of a list, and [Query.Users] reads the users through [People].
// A [Group] is a value that the host keeps for each source, and [GroupChange] has its effect on the members.
// [Connection.ServiceProviderConfig], [Connection.ResourceTypes] and [Connection.Schemas] are the discovery.
//
// # What is understood
//
// Bodies are coerced before they are understood, since providers send other things than the standard says:
//
//   - Names of attributes, schemas and operations count in any case. Booleans may be texts in any case, texts
//     may be numbers, and a single value may stand in a list of one or in an object with "value".
//   - A patch may have paths, filtered paths, paths with schema URNs, or none. Without a path the keys of its
//     value are paths: "name.givenName", "urn:...:User:department" and "emails[type eq \"work\"].value" too.
//     "add" of a single value replaces it.
//   - An attribute that is not said is unchanged, in PUT too. So is null in an object; null under a path
//     clears, as "remove" does, and so does the empty text. PUT clears what it leaves out only by
//     [Connection.ClearAbsent], and never the external ID and active.
//   - Attributes beyond [Connection.Schemas] are passed over. A password is passed over unread: it is in no
//     value and no error of this package.
//
// A user has one address: of several emails the primary one, else the one for work, else the first. A user
// without emails has a userName that is an address as the address, and it follows that userName. The name to show
// is made of the two names; a displayName without them is the last name.
//
// # Active users
//
// "active" is true for invited and active users. False is [seats.Deactivate], and true of an inactive user is
// [seats.Reactivate], which needs a seat. A waiting user is not active, and loses the place by false. POST of an inactive user is Reactivate and keeps the ID. POST
// of an active or waiting one is 409 uniqueness. A user who was put out by hand stays out, 403. DELETE deactivates first, as the source and under its guard, and then
// archives or deletes as the system, which no switch of the policy binds, see [Connection.Remove].
//
// The guard of a source counts leavers however they come: by single requests it trips at the count at which it stops a run
// of Keeper.Sync. From then on every change is answered with 503, and requests of what is already so with success.
//
// # Targets
//
// The SCIM 2.0 Interoperability Profile (draft-zollner-scim-interop-profile-02, November 2026) is met with two
// exceptions, so that interopProfileConformant is false. It wants patches without a path and unknown attributes
// refused, and Okta and Microsoft Entra send both. Replacing a complex attribute changes the parts
// that are named, as RFC 7644 (3.5.2.3) says, where the profile drops the others. Deletion conforms
// with [Connection.DeleteForGood].
//
// The account lifecycle levels of IPSIE, AL1 of September 2026 and the user and group part of AL2, are
// met for what a body says: deactivation, return, deletion with the username free again, the filters
// by userName, externalId and emails, groups without members, no password. OAuth tokens, limits of rate, the end of sessions
// and the log are the host's. /Bulk is not offered.
//
// # Concurrency
//
// Every value may be copied, and shared between goroutines that only read it. Of two changes of one group at once one
// would be lost: the host must keep a group only if it is still as it was read, and answer 503 otherwise.
package scim
