package stitch

import (
	"net/netip"
	"testing"
	"time"
)

func TestDuplicateReportsRecord(t *testing.T) {
	d := NewDuplicateReports()
	s := &Sender{Site: "shop", SDK: "reporting", Addr: netip.MustParseAddr("192.0.2.1"), Agent: "Chrome"}
	other := *s
	other.Addr = netip.MustParseAddr("192.0.2.2")
	at := time.Unix(1763647652, 0)
	first, second := d.NextRequest(), d.NextRequest()
	d.Record(first, s, "crash", at)
	for _, tc := range []struct {
		name      string
		request   uint64
		sender    *Sender
		report    string
		at        time.Time
		duplicate bool
	}{
		{"same request", first, s, "crash", at, false},
		{"other request", second, s, "crash", at, true},
		{"a little earlier", second, s, "crash", at.Add(-sameMoment / 2), true},
		{"a little later", second, s, "crash", at.Add(sameMoment / 2), true},
		{"much later", second, s, "crash", at.Add(10 * sameMoment), false},
		{"other report", second, s, "deprecation", at, false},
		{"other client", second, &other, "crash", at, false},
	} {
		if _, got := d.Record(tc.request, tc.sender, tc.report, tc.at); got != tc.duplicate {
			t.Errorf("%s: duplicate %v, want %v", tc.name, got, tc.duplicate)
		}
	}
}

func TestDuplicateReportsForget(t *testing.T) {
	d := NewDuplicateReports()
	s := &Sender{Site: "shop"}
	at := time.Unix(1763647652, 0)
	key, _ := d.Record(d.NextRequest(), s, "crash", at)
	d.Forget([]uint64{key})
	if _, duplicate := d.Record(d.NextRequest(), s, "crash", at); duplicate {
		t.Error("a report of a denied request is still remembered")
	}
}
