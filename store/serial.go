package store

// Serial is a store that may carry out one commit after the other. It is optional, and changes no result:
// the changes of accounts that would wait for each other's commits share the next one instead.
type Serial interface {
	// Serial reports whether a commit waits for the one before it, whatever their accounts.
	Serial() bool
}
