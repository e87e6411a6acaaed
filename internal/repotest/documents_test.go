package repotest

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	linkText    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headingText = regexp.MustCompile(`(?m)^#+ (.*)$`)
	codeText    = regexp.MustCompile("(?s)```.*?```")
)

// TestDocuments_links to a file or a folder, and to a heading in it.
func TestDocuments_links(t *testing.T) {
	if _, err := fs.Stat(root, "examples"); err != nil {
		t.Skip("the modules in folders did not come along")
	}
	links := 0
	require.NoError(t, fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		for _, link := range linkText.FindAllStringSubmatch(document(t, path), -1) {
			file, heading, _ := strings.Cut(link[1], "#")
			if strings.Contains(file, "://") {
				continue
			}
			links++
			target := path
			if file != "" {
				target = filepath.Join(filepath.Dir(path), file)
			}
			_, err := fs.Stat(root, target)
			require.NoError(t, err, path)
			if heading != "" {
				require.Contains(t, headings(t, target), heading, path)
			}
		}
		return nil
	}))
	require.NotZero(t, links)
}

func document(t *testing.T, path string) string {
	t.Helper()
	text, err := fs.ReadFile(root, path)
	require.NoError(t, err)
	return codeText.ReplaceAllString(string(text), "")
}

// headings are those of a document in the form that links have.
func headings(t *testing.T, path string) (all []string) {
	t.Helper()
	for _, h := range headingText.FindAllStringSubmatch(document(t, path), -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case strings.ContainsRune("'`,.:?!()", r):
				return -1
			}
			return r
		}, strings.ToLower(h[1])))
	}
	return all
}
