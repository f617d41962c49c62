package beacon

import (
	"strings"
	"testing"
)

func TestPresence(t *testing.T) {
	p := Presence{ID: "0123456789", Name: "ines", Filter: "region=eu-*", By: "release", Window: 300_000, At: 1763647652123}
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := DecodePresence(data); err != nil || got != p {
		t.Errorf("%+v, %v", got, err)
	}
	if strings.HasPrefix(PresenceSubject("shop"), SubjectRoot) {
		t.Error("the stream would store presences")
	}
}

func TestDecodePresenceHostile(t *testing.T) {
	for _, bad := range []string{
		"", "null", "[]", "{}", `{"id":"short"}`, `{"id":"0123456789","surprise":1}`, `{"id":"0123456789"}{}`, `{"id":"0123456789","window":-1}`,
		`{"id":"0123456789","window":99999999999}`, `{"id":"0123456789","at":-1}`, `{"id":"0123456789","at":99999999999999999}`, `{"id":7}`,
		`{"id":"` + strings.Repeat("x", 65) + `"}`, `{"id":"0123456789","name":"` + strings.Repeat("x", 41) + `"}`, `{"id":"0123456789","filter":"` + strings.Repeat("x", 1001) + `"}`,
		`{"id":"0123456789"}` + strings.Repeat(" ", MaxPresence),
	} {
		if p, err := DecodePresence([]byte(bad)); err == nil {
			t.Errorf("%.60q: %+v", bad, p)
		}
	}
	if _, err := (Presence{ID: "0123456789", Filter: strings.Repeat("x", 1001)}).Encode(); err == nil {
		t.Error("Encode of a filter over the limit succeeded")
	}
}

func FuzzDecodePresence(f *testing.F) {
	f.Add([]byte(`{"id":"0123456789","name":"ines","filter":"a=b","by":"release","window":300000,"at":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := DecodePresence(data)
		if err != nil {
			return
		}
		again, err := p.Encode()
		if err != nil {
			return // JSON escapes can make it longer
		}
		if _, err := DecodePresence(again); err != nil {
			t.Errorf("%+v: %v", p, err)
		}
	})
}
