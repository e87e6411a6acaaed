//go:build cgo

package sqltest_test

import _ "github.com/mattn/go-sqlite3"

func init() { withCgo = true }
