package stitch

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/rumtop/rumtop/collector/wire"
)

func TestRequestKeyParts(t *testing.T) {
	keys := map[uint64]string{}
	for _, k := range []struct{ site, sdk, agent, id, body string }{
		{"shop", "faro", "Chrome", "1", ""}, {"blog", "faro", "Chrome", "1", ""}, {"shop", "sentry", "Chrome", "1", ""},
		{"shop", "faro", "Chrome", "1", "a"}, {"shop", "faro", "Chrome", "2", "a"},
		{"shop", "faro", "Chrome", "", "a"}, {"shop", "faro", "Chrome", "", "b"}, {"shop", "faro", "Firefox", "", "a"},
	} {
		key := RequestKey(&Sender{Site: k.site, SDK: k.sdk, Agent: k.agent}, k.id, []byte(k.body))
		if other, known := keys[key]; known {
			t.Errorf("%+v has the key of %s", k, other)
		}
		keys[key] = fmt.Sprintf("%+v", k)
	}
	wifi, mobile := Sender{Site: "shop", Addr: netip.MustParseAddr("192.0.2.1")}, Sender{Site: "shop", Addr: netip.MustParseAddr("192.0.2.2")}
	if RequestKey(&wifi, "1", []byte("a")) != RequestKey(&mobile, "1", []byte("a")) {
		t.Error("a resend from another network is another request")
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
