package edge

import (
	"net/netip"
	"testing"
	"time"
)

func TestClientRateLimiterFair(t *testing.T) {
	l := NewClientRateLimiter(10)
	now := time.Unix(1763647652, 0)
	// Many clients that use up their burst do not slow others.
	addr := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range 1000 {
		for range 200 {
			l.AllowClient(addr(i), now)
		}
	}
	slowed := 0
	for i := 100_000; i < 110_000; i++ {
		if _, ok := l.AllowClient(addr(i), now); !ok {
			slowed++
		}
	}
	if slowed > 50 {
		t.Errorf("%d of 10,000 quiet clients were slowed", slowed)
	}
	// However many others sent meanwhile, no client gains a second burst.
	for i := range 200_000 {
		l.AllowClient(addr(200_000+i), now)
	}
	for i := range 1000 {
		if wait, ok := l.AllowClient(addr(i), now); ok || wait <= 0 || wait > time.Second {
			t.Fatalf("client %d: %v %v", i, wait, ok)
		}
	}
	if _, ok := l.AllowClient(addr(1), now.Add(time.Second)); !ok {
		t.Error("no token a second later")
	}
	if l := NewClientRateLimiter(-1); l != nil {
		t.Error("a negative rate does not turn the limiter off")
	}
}
