// Package products has the help pages of five real products as programs. Each example follows
// one page from its first sentence to its last, under the product's policy. The examples run in
// memory, and the tests run them on databases as well.
package products
