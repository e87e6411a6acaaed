// Package products holds the help pages of five real products as programs: each example
// follows one page from its first sentence to its last, under the policy that is made
// after it. They run in memory, and the tests run them on every database as well.
package products
