package store

import (
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
)

// The errors of browser extensions get a row of their own, whose traffic is
// beacon.Extensions: who leaves out this traffic leaves out these errors, and
// nothing else of the beacon.

// errorText is an error by the batch's strings.
type errorText struct{ message, stack uint32 }

// isExtension reports whether the k-th error of the batch is an extension's.
func (t *Translation) isExtension(k int) bool {
	b := t.batch
	text := errorText{b.ErrorMessage[k], b.ErrorStack[k]}
	is, known := t.extensions[text]
	if !known {
		is = fingerprint.IsExtension(b.Strings[text.message], b.Strings[text.stack])
		if t.extensions == nil {
			t.extensions = map[errorText]bool{}
		}
		t.extensions[text] = is
	}
	return is
}

// findExtensions counts the errors of the row that are told apart: none if the
// row itself holds such errors, as in what a log has exported.
func (t *Translation) findExtensions(row int) {
	t.ofExtensions = 0
	if t.errors.from == t.errors.to || t.trafficClass(row) == beacon.Extensions {
		return
	}
	for k := t.errors.from; k < t.errors.to; k++ {
		if t.isExtension(k) {
			t.ofExtensions++
		}
	}
}

// AppendExtensions adds the errors of extensions that the row which was appended
// last had in the batch, with the result of AppendRow; the chunk is nil if there
// are none.
func (t *Translation) AppendExtensions(row int, received int64, ids *RowIDs) (c *Chunk, i int, r Ref, complete bool) {
	if t.ofExtensions == 0 {
		return nil, 0, 0, true
	}
	b := t.batch
	t.log.Identities.retain(ids.identity)
	t.fits = true
	c, i, r = t.log.append(&stagedRow{
		received: received, view: ids.view, identity: ids.identity, origin: t.originID(row, true),
		page: t.pageID(b.Dims[beacon.Page][row]), flags: b.Flags[row]&beacon.FlagUnsampled | HasErrors, skew: t.row.skew,
	})
	t.appendTrace(c, uint16(i), TraceOfLoad, b.Trace[row])
	for k := t.errors.from; k < t.errors.to; k++ {
		if t.isExtension(k) {
			c.Errors = append(c.Errors, ErrorEntry{uint16(i), t.errorKindID(k)})
		}
	}
	return c, i, r, t.fits
}
