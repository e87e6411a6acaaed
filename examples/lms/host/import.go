package host

import (
	"context"
	"errors"
)

// runImport carries out the plan of a roster file.
func (h *Host) runImport(context.Context, Job) error { return errors.New("not built yet") }
