package agg

import (
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

// Breaches follows frames and tells when a breach begins and ends. A breach is
// an episode: from the first objective that burns too fast until none has for a
// while. However many objectives and segments burn meanwhile, it is one. Its
// zero value has seen nothing.
type Breaches struct {
	Since, last time.Time // of the episode; zero: none
}

// BreachEvent is what a frame brings.
type BreachEvent string

// What a frame brings; "" is nothing new.
const (
	BreachBegan BreachEvent = "began"
	BreachEnded BreachEvent = "ended"
)

// calmAfter is how long nothing must burn before a breach is over.
const calmAfter = 5 * time.Minute

// Look takes a frame in. It goes by the present, wherever the frame's window
// ends, and by whole histories. Since is when the breach began, also of one that
// has just ended.
func (b *Breaches) Look(f *frame.Frame) BreachEvent {
	if f.Health.Loading < 1 {
		return ""
	}
	calm := f.Now.Sub(b.last) >= calmAfter
	switch burning := len(f.Pages()) > 0; {
	case burning && calm:
		b.Since, b.last = f.Now, f.Now
		return BreachBegan
	case burning:
		b.last = f.Now
	case calm && !b.last.IsZero():
		b.last = time.Time{}
		return BreachEnded
	}
	return ""
}
