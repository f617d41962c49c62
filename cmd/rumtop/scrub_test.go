package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/collector/scrub"
)

func TestScrubBeacons(t *testing.T) {
	s, err := scrub.New(scrub.Config{})
	if err != nil {
		t.Fatal(err)
	}
	const sent = `{"url":"https://shop.example/users/8412/orders?x=1","user":"jane@x.example","navigation":true,"shoe_size":42,
		"trace":"4bf92f3577b34da6a3ce929d0e0e4736","tags":{"tier":"paid","password":"swordfish"},"device":"a phone of jane",
		"errors":[{"message":"login of jane@x.example failed","stack":"Error: x\n    at f (https://a.example/x.js?t=1:1:2)"}],
		"requests":[{"url":"https://api.example/users/jane/cart"}]}
		{"consent":"minimal","user":"bob","errors":[{"message":"of bob@x.example"}]}
		{"consent":"none","navigation":true}
		"no beacon"`
	if !hasBeacons([]byte(sent)) || hasBeacons([]byte(`{"message":"x"}`)) || hasBeacons([]byte("{ not JSON")) {
		t.Error("hasBeacons: got a wrong answer for beacons or texts")
	}
	var out, report bytes.Buffer
	if err := scrubBeacons([]byte(sent), &out, &report, s); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/users/:id/orders", "login of [email] failed", "4bf92f3577b34da6a3ce929d0e0e4736", "https://api.example/users/:id/cart",
		"x.js:1:2", "tags.password   [secret]", "consent is minimal", "consent is none", "of [email]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	for _, never := range []string{"jane", "bob", "swordfish", "8412"} {
		if strings.Contains(out.String()+report.String(), never) {
			t.Errorf("%q in\n%s%s", never, &out, &report)
		}
	}
	for _, want := range []string{"dropped: shoe_size", "refused: 1", "2 email"} {
		if !strings.Contains(report.String(), want) {
			t.Errorf("no %q in %s", want, &report)
		}
	}
	if err := scrubBeacons([]byte(`{"message":"x"`), &out, &report, s); err == nil {
		t.Error("truncated JSON: got no error")
	}
}
