package seats

// A Difference is a command with another outcome than planned.
type Difference struct {
	Index   int     `json:"index"` // in the plan
	Planned Outcome `json:"planned"`
	Now     Outcome `json:"now"`
}

// as reports whether two outcomes are equal, except for the numbers of a refusal.
func (o Outcome) as(planned Outcome) bool {
	sameCode := o.code() == planned.code()
	o.Refusal, planned.Refusal = nil, nil
	return sameCode && o == planned
}

func (o Outcome) code() Code {
	if o.Refusal == nil {
		return ""
	}
	return o.Refusal.Code
}
