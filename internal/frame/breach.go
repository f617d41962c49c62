package frame

import "time"

// Breaches follows frames and reports when a breach starts and ends. A breach is
// an episode: from the first objective that exceeds its burn rate until none has
// for a while. However many objectives and segments are in breach meanwhile, it
// is one. The zero value has seen no frame.
type Breaches struct {
	Since time.Time // start of the breach, also of one that has just ended
	last  time.Time // the last frame with an objective in breach; zero: none
}

// BreachEvent is what a frame changes; "" is nothing.
type BreachEvent string

// The events of a breach.
const (
	BreachBegan BreachEvent = "began"
	BreachEnded BreachEvent = "ended"
)

// breachEndsAfter is how long no objective may be in breach before it ends.
const breachEndsAfter = 5 * time.Minute

// Observe takes the next frame. It goes by the present, wherever the frame's
// window ends, and ignores frames of a history that is still loading.
func (b *Breaches) Observe(f *Frame) BreachEvent {
	if f.Health.Loading < 1 {
		return ""
	}
	calm := f.Now.Sub(b.last) >= breachEndsAfter
	switch burning := len(f.InBreach()) > 0; {
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
