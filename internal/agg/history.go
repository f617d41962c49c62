package agg

import "github.com/rumtop/rumtop/internal/frame"

// Episodes are all that was found through the last frame's filter, the gravest
// first: what is on, and what is over however long ago, each as it stood at its
// end. What ended while nobody asked for frames is among them.
func (a *Aggregator) Episodes() []frame.Finding {
	if a.watch == nil {
		return nil
	}
	out := make([]frame.Finding, 0, len(a.watch.episodes))
	for _, e := range a.watch.episodes {
		at := a.watch.newest()
		if e.ended != 0 {
			at = e.until
		}
		out = append(out, a.tell(e, at))
	}
	return a.watch.gravest(out, false)
}
