package repotest

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	word     = regexp.MustCompile(`[A-Za-z]+(?:['’-][A-Za-z]+)*`)
	relative = regexp.MustCompile(`(?i)^(who|whoever|whom|whose|which|what|where|that)$`)
	negative = regexp.MustCompile(`(?i)^(no|not|never|nobody|none|nothing|nor|neither|without|cannot|[a-z]+n['’]t)$`)
)

// The most relative words and negatives in a hundred words of comments.
const maxRelative, maxNegative = 2.2, 1.2

// TestComments_words counts words in the comments of production code.
func TestComments_words(t *testing.T) {
	type count struct{ words, relative, negative int }
	hundred := func(part, all int) float64 { return 100 * float64(part) / float64(all) }
	folders, whole := map[string]*count{}, count{}
	for _, s := range sources(t) {
		if s.test || s.forTests() {
			continue
		}
		if folders[s.folder] == nil {
			folders[s.folder] = &count{}
		}
		for _, c := range []*count{folders[s.folder], &whole} {
			for _, group := range s.file.Comments {
				for _, w := range word.FindAllString(group.Text(), -1) {
					c.words++
					if relative.MatchString(w) {
						c.relative++
					}
					if negative.MatchString(w) {
						c.negative++
					}
				}
			}
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		c := folders[folder]
		t.Logf("%-10s %6d words %5.2f relative %5.2f negative", folder, c.words, hundred(c.relative, c.words), hundred(c.negative, c.words))
	}
	t.Logf("whole: %d words, %.2f relative, %.2f negative", whole.words, hundred(whole.relative, whole.words), hundred(whole.negative, whole.words))
	require.LessOrEqual(t, hundred(whole.relative, whole.words), maxRelative)
	require.LessOrEqual(t, hundred(whole.negative, whole.words), maxNegative)
}
