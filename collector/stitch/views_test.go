package stitch

import (
	"fmt"
	"testing"
	"time"

	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

func TestViewsBounded(t *testing.T) {
	v := NewViews()
	s := &Sender{Site: "shop", Now: time.Unix(1763647652, 0)}
	raw := &wire.Beacon{URL: "/a", ViewHints: wire.ViewHints{Infer: true}, Errors: []wire.Error{{Message: "m"}}}
	for i := range 3 * maxClients {
		raw.Session = fmt.Sprint(i)
		v.Split(raw, Named{Session: beacon.ID(len(raw.Session))}, s)
	}
	if n := v.clients.byID.Len(); n != maxClients {
		t.Errorf("%d clients are remembered, want %d", n, maxClients)
	}
	for i := range 100 {
		raw.URL = fmt.Sprint("/", i)
		v.Split(raw, Named{Session: beacon.ID(len(raw.Session))}, s)
	}
	c, _ := v.clients.byID.Get(v.clients.byID.Keys()[maxClients-1])
	if len(c.views) != maxClientViews {
		t.Errorf("%d views of a client are remembered, want %d", len(c.views), maxClientViews)
	}
}
