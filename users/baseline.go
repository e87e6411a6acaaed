package users

import "time"

// A Baseline has the name and the keys of a user from before edits that are judged together, see
// seats.IdentityChange. It is personal data: it goes with the profile. Read only.
type Baseline struct {
	FirstName  string    `json:"first_name,omitzero"`
	LastName   string    `json:"last_name,omitzero"`
	Username   string    `json:"username,omitzero"`
	Email      string    `json:"email,omitzero"`
	ExternalID string    `json:"external_id,omitzero"`
	Edited     time.Time `json:"edited,omitzero"` // the last of the edits
}

// BaselineTerm is the time after an edit in which a further one is judged together with it.
const BaselineTerm = 30 * 24 * time.Hour

// Baseline returns the name and the keys of the profile.
func (p Profile) Baseline() Baseline {
	return Baseline{FirstName: p.FirstName, LastName: p.LastName, Username: p.Username, Email: p.Email, ExternalID: p.ExternalID}
}

// Profile returns a profile of the name and the keys.
func (b Baseline) Profile() Profile {
	return Profile{FirstName: b.FirstName, LastName: b.LastName, Username: b.Username, Email: b.Email, ExternalID: b.ExternalID}
}

// Ends returns its end: edits are judged anew then.
func (b *Baseline) Ends() time.Time { return b.Edited.Add(BaselineTerm) }

// Lasting returns the baseline until its end, and nil from then on.
func (b *Baseline) Lasting(at time.Time) *Baseline {
	if b != nil && !at.Before(b.Ends()) {
		return nil
	}
	return b
}
