package report

import (
	"encoding/json"
	"io"
)

// JSON writes the report as one document, for scripts. Its strings are fit for a
// terminal, and characters that mean something in HTML are escaped.
func JSON(w io.Writer, r *Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
