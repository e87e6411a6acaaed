package gen

import "github.com/seatkeeper/seatkeeper/users"

// texts are searched for: they are parts of the texts of profiles, in other letters.
var texts = []string{"qz", "QZ ann", "apple", "@", "EX", "nic\u212a", "\u00c9", "1", "nowhere", " "}

// Filter draws a filter for users.
func (d Dice) Filter() users.Filter {
	f := users.Filter{
		NeverSignedIn: d.Chance(20), Dated: d.Chance(10), HeldBack: d.Chance(5), NeverActive: d.Chance(5),
		Order: One(d, users.Orders()[:4]...), Backward: d.Chance(30),
	}
	if d.Chance(60) {
		f.Status = users.Set[users.Status](d.Below(32)) << users.Invited
	}
	if d.Chance(30) {
		f.Role = users.Set[users.Role](d.Below(16))
	}
	if d.Chance(20) {
		f.Locations, f.Groups = Some(d, 3, Locations), Some(d, 3, Groups)
	}
	if d.Chance(20) {
		f.Departments, f.Sources = Some(d, 3, Departments), Some(d, 3, append(Sources, users.Source{Kind: users.SourceSync}))
	}
	if d.Chance(15) {
		f.LeftBy = users.Set[users.Leaving](d.Below(16))
	}
	if d.Chance(20) {
		f.Text = One(d, texts...)
	}
	if d.Chance(10) {
		f.IDs = Some(d, 4, append([]users.ID{NthID(1), NthID(2), NthID(3)}, IDs...))
	}
	return f
}
