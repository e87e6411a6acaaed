// Package migrations holds the SQL that makes the tables: a folder for each dialect, a file
// for each version of the schema. In the texts {users} is the table of that name with the
// store's prefix. A semicolon at the end of a line ends a statement; lines with "--" at their
// beginning are comments.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed mysql postgres sqlite
var embedded embed.FS

// Files are the migrations. Tests add further versions.
var Files fs.FS = embedded
