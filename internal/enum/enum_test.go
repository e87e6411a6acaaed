package enum_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seatkeeper/seatkeeper/internal/enum"
	"github.com/seatkeeper/seatkeeper/internal/enum/enumtest"
)

type colour uint8

var names = enum.Names[colour]{"", "red", "green"}

func (c colour) String() string                   { return names.Of(c) }
func (c colour) MarshalText() ([]byte, error)     { return names.Marshal(c) }
func (c *colour) UnmarshalText(text []byte) error { return names.Unmarshal(text, c) }

func TestNames(t *testing.T) {
	enumtest.Require[colour](t, names...)
	require.EqualError(t, names.Unmarshal([]byte("Red"), new(colour)), "enum_test.colour: unknown name; the names are red, green")
}
