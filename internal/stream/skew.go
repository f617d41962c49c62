package stream

import "time"

const (
	// largeSkew is the difference between this machine's clock and the server's
	// above which windows follow the server's. Below it a jump costs more than
	// it gains.
	largeSkew = 2 * time.Second
	// skewEvery is the interval between comparisons: either clock may be set.
	skewEvery = 30 * time.Second
)

// updateSkew compares this machine's clock with the server's current time.
func (s *Subscription) updateSkew(server time.Time) {
	skew := s.opts.Now().Sub(server)
	if before := time.Duration(s.skew.Swap(int64(skew))); (skew - before).Abs() > largeSkew {
		s.collectors.resetSkew()
	}
	s.skewAt = s.opts.Now()
}

// serverNow is the current time by the server's clock, as far as it is known.
func (s *Subscription) serverNow() time.Time {
	return s.opts.Now().Add(-time.Duration(s.skew.Load()))
}

// Now is the current time for windows: by this machine's clock, or by the
// server's if the two differ by more than 2 s.
func (s *Subscription) Now() time.Time {
	if time.Duration(s.skew.Load()).Abs() > largeSkew {
		return s.serverNow()
	}
	return s.opts.Now()
}
