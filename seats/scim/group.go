package scim

import (
	"errors"
	"iter"
	"net/url"
	"slices"
	"time"

	filter "github.com/scim2/filter-parser/v2"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/users"
)

// A Group is a Group resource of one source. Its members have its name among [users.Profile].Groups, which is all
// that the Keeper knows of it: two groups with one name, of two sources or by hand, are one there. The host keeps the value,
// for each source by the ID, with [Group.Key] unique. It has a JSON form.
type Group struct {
	ID         string     `json:"id"`
	ExternalID string     `json:"external_id,omitzero"`
	Name       string     `json:"name"`
	Members    []users.ID `json:"members,omitzero"` // sorted, each once
}

// Key is the name in the form in which names are compared. Two groups of a source with one key are
// [ErrUniqueness].
func (g Group) Key() string { return users.Fold(g.Name) }

// A GroupChange is a change of a group and its effect on the users. The host takes the name first, then carries out the
// commands by Keeper.DoEach, whose commits are bounded however many members a renamed group has, and then keeps the
// group that Settle returns, if it is still as it was read. A call that is cut off between these steps
// is repeated by the provider: commands that were carried out are unchanged then.
type GroupChange struct {
	Group    Group
	Commands []seats.Command // one Edit for each member concerned, in order of ID; of the actor [Connection.Actor]
	Deleted  bool            // the group is to be removed
}

// CreateGroup returns the change of POST: a new group with that ID, of 1 to [users.MaxID] bytes. A displayName is
// required. An error is an [*Error].
func (c Connection) CreateGroup(b Body, id string) (GroupChange, error) {
	return changeGroup(b, Group{}, Group{ID: id})
}

// ChangeGroup returns the change of PUT and PATCH. Members that are not said are untouched, in PUT too; an empty list
// removes all. An error is an [*Error].
func (c Connection) ChangeGroup(b Body, g Group) (GroupChange, error) {
	return changeGroup(b, g, g)
}

// RemoveGroup returns the change of DELETE. Its members stay users.
func (c Connection) RemoveGroup(g Group) GroupChange {
	return GroupChange{Group: g, Commands: edits(g, Group{}), Deleted: true}
}

func changeGroup(b Body, was, now Group) (GroupChange, error) {
	members := map[users.ID]bool{}
	for _, id := range was.Members {
		members[id] = true
	}
	for _, o := range b.operations {
		if o.body && o.value == nil {
			continue
		}
		if err := now.apply(o, members); err != nil {
			return GroupChange{}, err
		}
	}
	// A group has the form of a name and an external ID of a user.
	clean, err := users.Profile{ExternalID: now.ExternalID, Groups: []string{now.Name}, Username: "-"}.Clean()
	switch {
	case err != nil:
		return GroupChange{}, ErrorOf(err)
	case len(clean.Groups) == 0:
		return GroupChange{}, invalid(InvalidValue, "displayName is required")
	}
	now.Name, now.ExternalID, now.Members = clean.Groups[0], clean.ExternalID, nil
	for id := range members {
		now.Members = append(now.Members, id)
	}
	slices.Sort(now.Members)
	return GroupChange{Group: now, Commands: edits(was, now)}, nil
}

// apply carries out one operation.
func (g *Group) apply(o operation, members map[users.ID]bool) (err *Error) {
	value := o.value
	if o.kind == remove && o.path.attribute != "members" {
		value = nil
	}
	switch o.path.name() {
	case "displayname":
		g.Name, err = textOf("displayName", value)
	case "externalid":
		g.ExternalID, err = textOf("externalId", value)
	case "members", "members.value":
		err = changeMembers(o, members)
	}
	return err
}

// changeMembers carries out an operation on the members. Entra removes by a list of values, Okta by a filter.
func changeMembers(o operation, members map[users.ID]bool) *Error {
	listed, err := memberIDs(o.value)
	if err != nil {
		return err
	}
	if o.path.only != nil {
		if o.kind != remove {
			return invalid(InvalidPath, "members are added and replaced without a filter")
		}
		return removeMembers(o.path.only, members)
	}
	if o.kind == replace || o.kind == remove && o.value == nil {
		clear(members)
	}
	for _, id := range listed {
		if o.kind == remove {
			delete(members, id)
		} else {
			members[id] = true
		}
	}
	return nil
}

// removeMembers removes the members for which a filter holds.
func removeMembers(only filter.Expression, members map[users.ID]bool) *Error {
	member := func(id users.ID) object { return object{{"value", id}, {"type", "User"}} }
	if _, err := holds(only, member("")); err != nil { // also where there are no members
		return err
	}
	for id := range members {
		if yes, _ := holds(only, member(id)); yes {
			delete(members, id)
		}
	}
	return nil
}

// memberIDs returns the IDs of a list of members. Groups in groups are passed over.
func memberIDs(value any) (ids []users.ID, _ *Error) {
	list, err := objects("members", value)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		if same(textIn(m, "type"), "Group") {
			continue
		}
		text, err := textOf("members.value", m.get("value"))
		if err != nil || users.CheckID(users.ID(text)) != nil {
			return nil, invalid(InvalidValue, "members.value is not the id of a user")
		}
		ids = append(ids, users.ID(text))
	}
	return ids, nil
}

// edits returns the edits of the members of two states of a group, in order of ID.
func edits(was, now Group) (commands []seats.Command) {
	before, after := slices.Sorted(slices.Values(was.Members)), slices.Sorted(slices.Values(now.Members))
	all := slices.Concat(before, after)
	slices.Sort(all)
	for _, id := range slices.Compact(all) {
		_, before := slices.BinarySearch(before, id)
		_, after := slices.BinarySearch(after, id)
		var set users.Patch
		if before && (!after || was.Name != now.Name) {
			set.RemoveGroups = &[]string{was.Name}
		}
		if after && (!before || was.Name != now.Name) {
			set.AddGroups = &[]string{now.Name}
		}
		if set != (users.Patch{}) {
			commands = append(commands, seats.Edit{User: id, Set: set})
		}
	}
	return commands
}

// Settle returns the group to be kept, given the outcomes of the commands. Unknown and deleted members, and users of other sources,
// are left out, and the answer shows it. Any other refusal is an [*Error]; the group stays as it
// was then, and the repeated request goes on from there.
func (g GroupChange) Settle(outcomes []seats.Outcome) (Group, error) {
	if len(outcomes) < len(g.Commands) {
		return Group{}, ErrorOf(errors.ErrUnsupported)
	}
	group := g.Group
	group.Members = slices.Clone(group.Members)
	for i, c := range g.Commands {
		refusal := outcomes[i].Refusal
		switch {
		case refusal == nil:
		case refusal.Code == seats.ErrUnknownUser, refusal.Code == seats.ErrWrongStatus, errors.Is(refusal, seats.ErrOtherSource):
			group.Members = slices.DeleteFunc(group.Members, func(id users.ID) bool { return id == c.(seats.Edit).User })
		default:
			return Group{}, ErrorOf(refusal)
		}
	}
	return group, nil
}

// Group returns the resource of a group, as the answer to GET, POST, PUT and PATCH.
func (c Connection) Group(g Group) Document {
	members := make([]any, len(g.Members))
	for i, id := range g.Members {
		members[i] = map[string]string{"value": string(id), "$ref": c.location("User", string(id)), "type": "User"}
	}
	d := Document{"schemas": []string{groupSchema}, "id": g.ID, "displayName": g.Name, "members": members}
	if g.ExternalID != "" {
		d["externalId"] = g.ExternalID
	}
	return c.resource(d, "Group", g.ID, time.Time{})
}

// A GroupQuery is the parameters of a list of groups.
type GroupQuery struct {
	window
	conditions []condition
	parameters url.Values
}

// groupTests has what a filter may ask of a group.
var groupTests = map[string]test[Group]{
	"id":            {text: func(g Group, id string) bool { return g.ID == id }},
	"externalid":    {text: func(g Group, id string) bool { return g.ExternalID != "" && g.ExternalID == id }},
	"displayname":   {text: func(g Group, name string) bool { return same(g.Name, name) }},
	"members":       {text: Group.has},
	"members.value": {text: Group.has},
}

func (g Group) has(id string) bool { return slices.Contains(g.Members, users.ID(id)) }

// GroupQuery reads the parameters of GET /Groups. A filter has conditions with eq on id, externalId, displayName,
// members and members.value, joined by and; any other is 400 invalidFilter. An error is an [*Error].
func (c Connection) GroupQuery(parameters url.Values) (GroupQuery, error) {
	w, err := readWindow(parameters)
	if err != nil {
		return GroupQuery{}, err
	}
	conditions, err := readFilter(parameters.Get("filter"), groupTests)
	if err != nil {
		return GroupQuery{}, err
	}
	return GroupQuery{w, conditions, parameters}, nil
}

// Groups returns the answer to the query, given the groups of the source in order of ID, with the attributes that it asks for.
// An error is one of the list.
func (c Connection) Groups(q GroupQuery, groups iter.Seq2[Group, error]) (Document, error) {
	var found []Group
	for g, err := range groups {
		if err != nil {
			return nil, err
		}
		if holdAll(q.conditions, groupTests, g) {
			found = append(found, g)
		}
	}
	var resources []Document
	for _, g := range part(q.window, found) {
		resources = append(resources, c.Group(g).Show(q.parameters))
	}
	return list(resources, int64(len(found)), q.start), nil
}
