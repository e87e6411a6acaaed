package seats

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wrongNumber are numbers that don't go with the word behind them, or before.
var wrongNumber = regexp.MustCompile(`\b1 (are|were|have|come)\b|\b1 \w+( of this course)? (are|were|have|come)\b|` +
	`\b[02] (is|was|has|comes)\b|\b[02] \w+( of this course)? (is|was|has|comes)\b|` +
	`\b1 (more )?(seats|users|licences|commands|characters|bytes)\b|\b[02] (more )?(seat|user|licence|command|character|byte)\b|` +
	`\bthere is [02]\b|\bthere are 1\b|\bthe [02] there is\b|\bthe 1 there are\b|\ball [01]\b`)

// ofTotal is the part of a text between a number and its verb: 0 of 1 are held.
var ofTotal = regexp.MustCompile(` of \d\b`)

// TestEnglish_numbers: every text with numbers is English with 0, 1 and 2, whatever goes with whatever.
func TestEnglish_numbers(t *testing.T) {
	several := map[string]bool{} // alike steps are two or more
	for key, template := range english {
		values := []string{}
		for _, name := range strings.Fields("held total spent excess asked least most bound count") {
			if strings.Contains(template, "{"+name+"}") {
				values = append(values, name)
			}
		}
		var try func(i int, said []string)
		try = func(i int, said []string) {
			switch {
			case i < len(values):
				for n := range 3 {
					try(i+1, append(said[:2*i:2*i], values[i], fmt.Sprint(n)))
				}
			case strings.HasSuffix(key, "/several") && strings.HasPrefix(key, "remedy/"):
				several[key] = true
			default:
				text := ofTotal.ReplaceAllString(english.say(key, "", said...), "")
				require.NotRegexp(t, wrongNumber, text, key)
			}
		}
		try(0, nil)
	}
	require.NotEmpty(t, several)
}

func TestMessages_Notice(t *testing.T) {
	for _, c := range []struct {
		kind        EventKind
		pool        PoolID
		count       int64
		total, held int64
		want        string
	}{
		{EventSeatsLow, Site, 0, 1, 1, "0 seats are left"},
		{EventSeatsLow, Site, 1, 1, 0, "1 seat is left"},
		{EventSeatsLow, Site, 2, 4, 2, "2 seats are left"},
		{EventSeatsLow, "go", 1, 4, 3, "1 licence of this course is left"},
		{EventSeatsFull, Site, 0, 0, 0, "no seat is left: 0 of 0 are taken"},
		{EventSeatsFull, Site, 0, 1, 1, "no seat is left: 1 of 1 is taken"},
		{EventSeatsFull, Site, 0, 4, 4, "no seat is left: 4 of 4 are taken"},
		{EventSeatsFull, "go", 0, 1, 1, "no licence of this course is left: 1 of 1 is given out"},
		{EventSeatsOver, Site, 1, 0, 1, "1 seat is held, 1 more than the 0 there are"},
		{EventSeatsOver, Site, 1, 4, 5, "5 seats are held, 1 more than the 4 there are"},
		{EventSeatsOver, "go", 2, 1, 3, "more licences of this course are given out than the 1 there is: 2 too many"},
		{EventSeatsGrown, Site, 1, 5, 4, "1 seat was added, since too few were free: now there are 5"},
		{EventSeatsGrown, "go", 2, 2, 0, "2 licences of this course were added, since too few were free: now there are 2"},
	} {
		require.Equal(t, c.want, English().Notice(Event{Kind: c.kind, Pool: c.pool, Count: c.count, Total: Of(c.total), Held: c.held}))
	}
	require.Empty(t, English().Notice(Event{Kind: EventInvited, Count: 1}))
}
