package report

import (
	"encoding/json"
	"io"
)

// JSON writes the report as one document, for scripts. Its strings are safe for
// a terminal, and special characters of HTML are escaped.
func JSON(w io.Writer, r *Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}
