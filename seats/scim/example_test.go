package scim_test

import (
	"encoding/json"
	"fmt"
	"log"
	"net/url"

	"github.com/seatkeeper/seatkeeper/seats"
	"github.com/seatkeeper/seatkeeper/seats/scim"
	"github.com/seatkeeper/seatkeeper/users"
)

// Entra puts a user out by a patch with capitals and a text for a boolean.
func ExampleConnection_Change() {
	c := scim.Connection{Source: "entra"}
	nora := users.User{Status: users.Active, Profile: users.Profile{ // as read by Keeper.User
		ID: "u7", Username: "nora@fjord.example", Source: users.Source{Kind: users.SourceSync, Name: "entra"},
	}}

	body, err := scim.ReadPatch([]byte(`{"Operations": [
		{"op": "Replace", "path": "active", "value": "False"},
		{"op": "Replace", "path": "name.familyName", "value": "Quist"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	commands, err := c.Change(body, nora)
	if err != nil {
		log.Fatal(err)
	}
	for _, command := range commands { // for Keeper.Do, as the actor c.Actor()
		text, _ := seats.EncodeCommand(command)
		fmt.Printf("%s\n", text)
	}
	// Output:
	// {"command":"deactivate","user":"u7"}
	// {"command":"edit","user":"u7","set":{"last_name":"Quist"}}
}

// A filter that is not understood is an error of SCIM, and no empty list.
func ExampleConnection_Query() {
	_, err := scim.Connection{Source: "okta"}.Query(url.Values{"filter": {`nickName eq "nora"`}})
	failure := scim.ErrorOf(err)
	text, _ := json.Marshal(failure.Document())
	fmt.Printf("%d %s\n", failure.Status, text)
	// Output:
	// 400 {"detail":"the filter asks for an attribute that can't be asked for","schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"invalidFilter","status":"400"}
}

// A renamed group changes its members by one edit each.
func ExampleConnection_ChangeGroup() {
	c := scim.Connection{Source: "okta"}
	group := scim.Group{ID: "g1", Name: "Desk", Members: []users.ID{"u7", "u8"}} // as the host keeps it
	body, err := scim.ReadPatch([]byte(`{"Operations": [{"op": "replace", "value": {"id": "g1", "displayName": "News"}}]}`))
	if err != nil {
		log.Fatal(err)
	}
	change, err := c.ChangeGroup(body, group)
	if err != nil {
		log.Fatal(err)
	}
	for _, command := range change.Commands { // for Keeper.DoEach
		text, _ := seats.EncodeCommand(command)
		fmt.Printf("%s\n", text)
	}
	fmt.Println(change.Group.Name)
	// Output:
	// {"command":"edit","user":"u7","set":{"add_groups":["News"],"remove_groups":["Desk"]}}
	// {"command":"edit","user":"u8","set":{"add_groups":["News"],"remove_groups":["Desk"]}}
	// News
}
