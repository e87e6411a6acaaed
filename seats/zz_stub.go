package seats

import "fmt"

// EncodeCommand stands in until the JSON forms are merged.
func EncodeCommand(c Command) ([]byte, error) { return []byte(fmt.Sprintf("%T%+v", c, c)), nil }
