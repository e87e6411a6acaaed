// Package repotest holds the repository to its own rules: which package may import what,
// and that the documents say what the code does.
package repotest

import "os"

// root is the repository. Files that are read through it count for go test's cache.
var root = os.DirFS("../..")
