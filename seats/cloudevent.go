package seats

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A CloudEvent is an [Event] in the JSON form of CloudEvents 1.0.2 (structured mode,
// application/cloudevents+json), for queues and webhooks. Its body is what [json.Marshal] makes of it.
type CloudEvent struct {
	SpecVersion     string    `json:"specversion"` // 1.0
	Source          string    `json:"source"`      // with ID unique: a consumer drops what it has seen
	ID              string    `json:"id"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject,omitzero"` // the ID of the user
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	// The extensions partitioning and sequence: the events of an account are in order by Sequence, 20 digits.
	PartitionKey string `json:"partitionkey"`
	Sequence     string `json:"sequence"`
	Data         Event  `json:"data"`
}

// CloudEvent returns the event for consumers outside the host. The source is the host's URI, such as
// https://lms.example/seats, without a query and a fragment; the account's ID is added as a segment of its path. The type is "seatkeeper." and the
// kind. Like the event it has no value of a profile; it leaves out the Digest.
func (e Event) CloudEvent(source string) CloudEvent {
	e.Digest = ""
	return CloudEvent{
		SpecVersion: "1.0", Source: strings.TrimSuffix(source, "/") + "/" + url.PathEscape(string(e.Account)),
		ID: strconv.FormatUint(e.Sequence, 10), Type: "seatkeeper." + string(e.Kind), Subject: string(e.User),
		Time: e.Time, DataContentType: "application/json",
		PartitionKey: string(e.Account), Sequence: fmt.Sprintf("%020d", e.Sequence), Data: e,
	}
}
