// Package sqltest holds the suites that need more than the library may depend
// on: database drivers, a checker of concurrent histories, benchmarks and faults.
// Each runs on every engine there is, and on memstore, which is their first
// subject. What every store has to pass is in package storetest.
package sqltest
