package agg

import (
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
)

// mute removes errors that are known to be harmless. They are not stored, and
// counted in one total only.
type mute struct {
	rules []*filter.Term // on "Type: message"
	count int64

	// By a batch's strings of type and message; cleared for each batch.
	known map[[2]uint32]bool
}

// NewMute returns the rule for a pattern of "Type: message", in which * matches any
// text.
func NewMute(pattern string) (*filter.Term, error) {
	return filter.NewTerm("message", filter.Eq, pattern)
}

// strip removes the muted errors from a batch.
func (m *mute) strip(b *beacon.Batch) {
	if len(m.rules) == 0 || len(b.ErrorRow) == 0 {
		return
	}
	clear(m.known)
	if m.known == nil {
		m.known = map[[2]uint32]bool{}
	}
	kept := 0
	for i := range b.ErrorRow {
		if m.isMuted(b, [2]uint32{b.ErrorType[i], b.ErrorMessage[i]}) {
			m.count++
			continue
		}
		b.ErrorRow[kept], b.ErrorType[kept], b.ErrorMessage[kept] = b.ErrorRow[i], b.ErrorType[i], b.ErrorMessage[i]
		b.ErrorStack[kept], b.ErrorHandled[kept] = b.ErrorStack[i], b.ErrorHandled[i]
		kept++
	}
	b.ErrorRow, b.ErrorType, b.ErrorMessage = b.ErrorRow[:kept], b.ErrorType[:kept], b.ErrorMessage[:kept]
	b.ErrorStack, b.ErrorHandled = b.ErrorStack[:kept], b.ErrorHandled[:kept]
}

func (m *mute) isMuted(b *beacon.Batch, of [2]uint32) bool {
	muted, known := m.known[of]
	if known {
		return muted
	}
	text := b.Strings[of[1]]
	if typ := b.Strings[of[0]]; typ != "" {
		text = typ + ": " + text
	}
	for _, rule := range m.rules {
		muted = muted || rule.MatchString(text)
	}
	m.known[of] = muted
	return muted
}
