package stream

import "time"

// Clocks of machines differ. Windows are reckoned by the server's where this
// machine's is off by more than largeSkew; below that it is not worth a jump.
const (
	largeSkew = 2 * time.Second
	// skewEvery is how often the clocks are compared: either may be set.
	skewEvery = 30 * time.Second
)

// updateSkew compares this machine's clock with the server's, which has just said
// what time it is.
func (s *Subscription) updateSkew(server time.Time) {
	skew := s.opts.Now().Sub(server)
	if before := time.Duration(s.skew.Swap(int64(skew))); (skew - before).Abs() > largeSkew {
		s.collectors.resetSkew()
	}
	s.skewAt = s.opts.Now()
}

// serverNow is the time by the server's clock, as far as it is known.
func (s *Subscription) serverNow() time.Time {
	return s.opts.Now().Add(-time.Duration(s.skew.Load()))
}

// Now is the time to reckon windows by: this machine's, or the server's where
// the two differ by more than a little.
func (s *Subscription) Now() time.Time {
	if time.Duration(s.skew.Load()).Abs() > largeSkew {
		return s.serverNow()
	}
	return s.opts.Now()
}
