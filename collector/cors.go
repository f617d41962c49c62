package collector

import (
	"github.com/rumtop/rumtop/collector/edge"
	"github.com/rumtop/rumtop/collector/wire"
)

// newCORS lets pages send the headers of every format, and read those that their
// SDKs read.
func newCORS(origins *edge.Origins) *edge.CORS {
	allow := []string{
		"Content-Type", "Content-Encoding", "X-Rum-Key", "Authorization",
		"Traceparent", "Tracestate", "Baggage", "Sdk-Context",
	}
	expose := []string{"Retry-After"}
	for _, f := range wire.Formats() {
		spec := f.Spec()
		allow, expose = append(allow, spec.Headers...), append(expose, spec.Exposed...)
	}
	return edge.NewCORS(origins, allow, expose)
}
