package site

// Patterns has those of all pages.
func Patterns() (patterns []string) {
	for _, r := range routes {
		patterns = append(patterns, r.pattern)
	}
	return patterns
}
