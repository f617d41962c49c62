package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg/store"
	"github.com/rumtop/rumtop/internal/beacon"
)

// Export is a walk over the retained beacons.
type Export = store.Export

// ExportSpan returns a walk over what was received in [from, to); a zero time
// means no bound.
func ExportSpan(from, to time.Time) *Export { return store.NewExport(from, to) }

// Export makes b the next beacons of the walk, a few thousand at most and
// perhaps none: see [store.Export.Read]. It reports whether there is more to
// read at once.
func (a *Aggregator) Export(e *Export, b *beacon.Batch) (more bool) { return e.Read(a.log, b) }
