package users

import (
	"maps"
	"slices"
)

// systemRosters are the options for files of well-known systems. Most of their headers are common
// names already.
var systemRosters = []struct {
	system  string
	options RosterOptions
}{
	{"Absorb", RosterOptions{Mapping: map[string]string{"Employee number": "external-id"}}},
	{"AccuEd Connect", AccuEdRoster()},
	{"Canvas", RosterOptions{Mapping: map[string]string{"user_id": "external-id", "login_id": "username"}}},
	{"Google Workspace", RosterOptions{Mapping: map[string]string{"New Status [UPLOAD ONLY]": "status"}}},
	{"iSpring Learn", RosterOptions{
		Mapping: map[string]string{"Department ID": "department"},
		Roles: map[string]Role{
			"Learner": Member, "Author": Manager, "Publisher": Manager, "Department Administrator": Manager,
			"Administrator": Admin, "Account Administrator": Admin, "Account Owner": Owner,
		},
	}},
	{"LearnUpon", RosterOptions{}},
	// The exported users have both address and sign-in name, those of the template for new users one.
	{"Microsoft Entra", RosterOptions{Mapping: map[string]string{
		"mail": "email", "userPrincipalName": "username", "User principal name [userPrincipalName] Required": "email", "userType": "",
	}}},
	// The groups of Moodle are those of a course, its cohorts those of the site.
	{"Moodle", RosterOptions{Mapping: map[string]string{"idnumber": "external-id", "group": "", "oldusername": ""}, Entities: true}},
	{"Okta", RosterOptions{Mapping: map[string]string{"login": "username", "employeeNumber": "external-id", "userType": ""}}},
	{"TalentLMS", RosterOptions{}},
}

// RosterSystems lists the systems of [SystemRoster] by name.
func RosterSystems() []string {
	var names []string
	for _, s := range systemRosters {
		names = append(names, s.system)
	}
	return names
}

// SystemRoster returns the options for files of a system in [RosterSystems], and whether there are any.
// The host adds what the file leaves open: RosterOptions.DateFormat for dates in the format of the
// customer, as in TalentLMS, and RosterOptions.Roles for the customer's own roles. The map of the mapping is
// the caller's.
func SystemRoster(system string) (o RosterOptions, ok bool) {
	i := slices.Index(RosterSystems(), system)
	if i < 0 {
		return o, false
	}
	o = systemRosters[i].options
	o.Mapping = maps.Clone(o.Mapping)
	return o, true
}

// AccuEdRoster returns the options for a user list of AccuEd Connect: nine required columns.
// Cells of username, password, location, department and title may be empty.
func AccuEdRoster() RosterOptions {
	return RosterOptions{
		Columns: []Column{
			{Header: "First name", Field: "first-name", Filled: true},
			{Header: "Last name", Field: "last-name", Filled: true},
			{Header: "Username", Field: "username"},
			{Header: "Password", Field: "password"},
			{Header: "Email", Field: "email", Filled: true},
			{Header: "Role", Field: "role", Filled: true},
			{Header: "Location", Field: "location"},
			{Header: "Department", Field: "department"},
			{Header: "Title", Field: "title"},
		},
		Roles: map[string]Role{"User": Member, "Report Manager": Manager, "Administrator": Admin},
	}
}
