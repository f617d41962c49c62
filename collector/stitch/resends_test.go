package stitch

import (
	"testing"
	"time"

	"github.com/rumtop/rumtop/collector/wire"
)

func TestResendsKeyParts(t *testing.T) {
	rs := NewResends()
	keys := map[uint64]bool{}
	for _, k := range []uint64{
		rs.Key("shop", "faro", "1", nil), rs.Key("blog", "faro", "1", nil), rs.Key("shop", "sentry", "1", nil),
		rs.Key("shop", "faro", "", []byte("a")), rs.Key("shop", "faro", "", []byte("b")),
	} {
		keys[k] = true
	}
	if len(keys) != 5 {
		t.Errorf("%d distinct keys, want 5", len(keys))
	}
	if rs.Key("shop", "faro", "1", []byte("a")) != rs.Key("shop", "faro", "1", []byte("b")) {
		t.Error("with a resend id, the body changes the key")
	}
}

func TestResendsRemembersTwoGenerations(t *testing.T) {
	rs := NewResends()
	now := time.Unix(1763647652, 0)
	want := wire.Result{Accepted: 2, Rejected: 1}
	rs.Remember(1, want, now)
	rs.Remember(2, want, now.Add(resendAge)) // the second generation
	if got, ok := rs.Find(1); !ok || got != want {
		t.Errorf("after one generation: %+v %v, want %+v", got, ok, want)
	}
	rs.Remember(3, want, now.Add(2*resendAge))
	if _, ok := rs.Find(1); ok {
		t.Error("still remembered after two generations")
	}
	for key := range uint64(3 * resendEntries) {
		rs.Remember(key, want, now)
	}
	if n := len(rs.recent) + len(rs.older); n > 2*resendEntries {
		t.Errorf("%d requests are remembered, limit %d", n, 2*resendEntries)
	}
}
