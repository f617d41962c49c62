package stitch

import (
	"fmt"
	"testing"
	"time"

	"github.com/rumtop/rumtop/collector/wire"
)

// In each row, the reports of one request: 1 at first hand, 2 at second hand; then
// which of them count.
func TestRetoldRequestCounts(t *testing.T) {
	for _, tc := range []struct {
		name, told, counted string
	}{
		{"first hand alone", "1", "1"},
		{"second hand alone", "2", "2"},
		{"first, then second", "12", "1-"},
		{"second, then first", "21", "2-"},
		{"twice at first hand", "11", "11"},
		{"two requests", "1122", "11--"},
		{"two requests, the other way round", "2211", "22--"},
		{"two requests by turns", "1212", "1-1-"},
		{"one of two told twice", "112", "11-"},
	} {
		r, s, got := NewRetold(), &Sender{Site: "shop", Now: time.Unix(1763647652, 0)}, ""
		for _, hand := range tc.told {
			f := wire.Fetch{URL: "https://api.example/price?id=7", Status: 502, Telling: wire.Telling{Scope: "p1", Secondhand: hand == '2'}}
			if hand == '2' {
				f.URL = "https://api.example/price"
			}
			if r.HasRequest(s, &f, "https://shop.example/cart") {
				hand = '-'
			}
			got += string(hand)
		}
		if got != tc.counted {
			t.Errorf("%s: counted %s of %s, want %s", tc.name, got, tc.told, tc.counted)
		}
	}
}

func TestRetoldTellsApart(t *testing.T) {
	now := time.Unix(1763647652, 0)
	first := wire.Fetch{URL: "/price", Status: 502, Telling: wire.Telling{Scope: "p1"}}
	second := func(change func(f *wire.Fetch)) *wire.Fetch {
		f := wire.Fetch{URL: "https://shop.example/price", Status: 502, Telling: wire.Telling{Scope: "p1", Secondhand: true}}
		change(&f)
		return &f
	}
	for name, tc := range map[string]struct {
		second *wire.Fetch
		sender Sender
		known  bool
	}{
		"the same":       {second(func(*wire.Fetch) {}), Sender{Now: now}, true},
		"another status": {second(func(f *wire.Fetch) { f.Status = 0 }), Sender{Now: now}, false},
		"another URL":    {second(func(f *wire.Fetch) { f.URL += "s" }), Sender{Now: now}, false},
		"another page":   {second(func(f *wire.Fetch) { f.Telling.Scope = "p2" }), Sender{Now: now}, false},
		"no scope":       {second(func(f *wire.Fetch) { f.Telling.Scope = "" }), Sender{Now: now}, false},
		"another client": {second(func(*wire.Fetch) {}), Sender{Now: now, Agent: "other"}, false},
		"much later":     {second(func(*wire.Fetch) {}), Sender{Now: now.Add(time.Hour)}, false},
	} {
		r := NewRetold()
		r.HasRequest(&Sender{Now: now}, &first, "https://shop.example/cart?x=1")
		if got := r.HasRequest(&tc.sender, tc.second, "https://shop.example/pay"); got != tc.known {
			t.Errorf("%s: known %v, want %v", name, got, tc.known)
		}
	}
}

func TestRetoldBounded(t *testing.T) {
	r, s := NewRetold(), &Sender{Now: time.Unix(1763647652, 0)}
	for i := range 2 * maxRetold {
		r.HasError(s, &wire.Error{Message: fmt.Sprint(i), Telling: wire.Telling{Scope: "t"}})
	}
	if n := r.open.Len(); n != maxRetold {
		t.Errorf("%d reports are remembered, want %d", n, maxRetold)
	}
}
