package collector

import (
	"cmp"

	"github.com/rumtop/rumtop/internal/fingerprint"
)

// normaliseError gives one error the same type and message, however SDKs report
// it. An error without a type is an Error.
func normaliseError(typ, message string) (string, string) {
	typ, message = fingerprint.Unwrap(typ, message)
	return cmp.Or(typ, "Error"), message
}
