package secret

import (
	"strings"
	"testing"
)

func TestServerNamesHosts(t *testing.T) {
	for list, want := range map[string]string{
		"":                                      "",
		"shop.example":                          "nats://shop.example",
		"nats://127.0.0.1:4222":                 "nats://127.0.0.1:4222",
		"nats://HUNTER2@shop.example":           "nats://shop.example",
		"nats://u:HUNTER2@shop.example:1":       "nats://shop.example:1",
		"HUNTER2@shop.example":                  "nats://shop.example",
		"u:HUNTER2@shop.example:4222":           "nats://shop.example:4222",
		"nats://:HUNTER2@shop.example":          "nats://shop.example",
		"nats://u:HUN@TER2@shop.example":        "nats://shop.example",
		"nats://u:HUNTER2%2F%25@[::1]:42":       "nats://[::1]:42",
		"tls://HUNTER2@a, tls://b:2":            "tls://a, tls://b:2",
		"nats://u:HUNTER2@a,v:HUNTER2@b,":       "nats://a, nats://b",
		"ws://shop.example:80/x?token=HUNTER2":  "ws://shop.example:80",
		"wss://HUNTER2@shop.example/p#HUNTER2":  "wss://shop.example",
		"nats://bücher.example":                 "nats://bücher.example",
		"nats://u_1-x.y~:HUNTER2@shop.example:": "nats://shop.example:",
	} {
		if got := Server(list); got != want {
			t.Errorf("Server(%q) = %q, want %q", list, got, want)
		}
	}
}

// A list that cannot be read is not shown in part: what looks like a host may be
// the beginning of a password.
func TestServerHidesWhatItCannotRead(t *testing.T) {
	for _, list := range []string{
		"nats://u:HUNTER%2@shop.example", "nats://u:HUNTER/2@shop.example", "nats://u:1/HUNTER2@shop.example",
		"nats://u:HUNTER#2@shop.example", "nats://u:1#HUNTER2@shop.example", "nats://HUNTER#2@shop.example",
		"nats://u:HUNTER?2@shop.example", "nats://HUNTER?2@shop.example", "nats://u:HUN[TER2@shop.example",
		"nats://u:HUN^TER2@shop.example", "nats://u:HUN TER2@shop.example", "nats://u:HÜNTER2@shop.example",
		"nats://u:HUN\x00TER2@shop.example", "nats://u:HUN\tTER2@shop.example", `nats://u:HUN\TER2@shop.example`,
		"nats://u:HUN,TER2@shop.example", "nats://HUN,TER2@shop.example", "HUN,TER2@shop.example", "nats://u:12,HUNTER2@shop.example",
		"nats://a@b,HUN,TER2@shop.example", "nats://u:HUNTER2", "nats://shop.example:HUNTER2", "nats://shop.example:99999", "nats://shop.example:0",
		"u:HUN://TER2@shop.example", "/etc/HUNTER2.creds", "nats:///HUNTER2", `"nats://u:HUNTER2@shop.example"`,
		"nats://HUNTER2;x", "nats://HUN%20TER2", "nats://HUN<TER2", ",", "://HUNTER2", "nats://u:HUN%zzTER2@shop.example", "nats://u:HUN\"TER2@shop.example",
		"nats://u:HUN{TER2}@shop.example", "nats://u:HUN|TER2@shop.example", "nats://u:HUN`TER2@shop.example", "nats://u:HUN]TER2@shop.example",
	} {
		if got := Server(list); got != unnamed {
			t.Errorf("Server(%q) = %q, want %q", list, got, unnamed)
		}
		if _, err := ParseServers(list); err == nil || strings.Contains(err.Error(), "HUN") || strings.Contains(err.Error(), "TER2") {
			t.Errorf("ParseServers(%q): %v, want an error that quotes nothing", list, err)
		}
	}
}

func TestTextLeavesNoUserPart(t *testing.T) {
	for text, want := range map[string]string{
		"no NATS server at nats://shop.example:4222: retrying":           "no NATS server at nats://shop.example:4222: retrying",
		"no connection to nats://u:p@shop.example: retrying":             "no connection to nats://shop.example: retrying",
		`unknown command "nats://tok@shop.example" for "rumtop"`:         `unknown command "nats://shop.example" for "rumtop"`,
		"open nats://u:p /#?w@shop.example: no such file":                "open nats://shop.example: no such file",
		"connect to nats://t@a, nats://u:p@b: refused":                   "connect to nats://a, nats://b: refused",
		"connect to ws://shop.example/x?token=HUNTER2: refused":          "connect to ws://shop.example refused",
		"forward to https://key@o1.ingest.sentry.example/api?x=1 failed": "forward to https://o1.ingest.sentry.example/api?x=1 failed",
		`unknown command "nats://u:HUNTER2" for "rumtop"`:                `unknown command "nats://u" for "rumtop"`,
		"no NATS server at nats://[::1]:4222: start one":                 "no NATS server at nats://[::1]:4222: start one",
		"https://shop.example:8443/a:b is up":                            "https://shop.example:8443/a:b is up",
		"mail jane@shop.example":                                         "mail jane@shop.example",
		"":                                                               "",
	} {
		if got := Text(text); got != want {
			t.Errorf("Text(%q) = %q, want %q", text, got, want)
		}
	}
}
