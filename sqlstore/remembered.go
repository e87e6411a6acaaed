package sqlstore

import "sync"

// maxRemembered bounds the documents that a column remembers.
const maxRemembered = 256

// remembered makes a column of documents parse each text once, as long as there are few. A T
// is plain data: a copy shares nothing with the original.
func remembered[R, T any](c column[R], at func(*R) *T) column[R] {
	var mu sync.RWMutex
	known := map[string]T{}
	parse := c.set
	c.set = func(r *R, value cell) error {
		mu.RLock()
		document, ok := known[value.text.String]
		mu.RUnlock()
		if ok {
			*at(r) = document
			return nil
		}
		if err := parse(r, value); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if len(known) == maxRemembered {
			clear(known)
		}
		known[value.text.String] = *at(r)
		return nil
	}
	return c
}
