package scrub

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

const typical = "Cannot read properties of undefined (reading 'total')"

func stack4k() string {
	var b strings.Builder
	b.WriteString("TypeError: Cannot read properties of undefined (reading 'total') for jane.doe@example.com\n")
	for i := 0; b.Len() < 4<<10; i++ {
		fmt.Fprintf(&b, "    at Checkout.renderTotal%d (https://cdn.shop.example/static/js/main.8f3a2b1c.js?v=%d:%d:%d)\n", i, i, i+1, 1000+i*17)
	}
	return b.String()[:4<<10]
}

func BenchmarkText(b *testing.B) {
	s := newScrubber(b)
	for _, c := range []struct{ name, in string }{
		{"clean", typical},
		{"numbers", "Request failed with status code 500 after 3 retries in 1234 ms (ERR_BAD_RESPONSE)"},
		{"dirty", "User jane.doe@example.com not found at https://api.shop.example/users/8412?token=abc"},
		{"unicode", "Impossible de lire la propriété « total » de l’objet indéfini"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Text(c.in, 1024)
			}
		})
	}
}

// processorTime is what the process has used of its processors: it holds on a
// machine that does other things too.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkStack4k reports, beside the mean, the processor time that 99 of 100
// stacks stay under, to be at most 100 µs.
func BenchmarkStack4k(b *testing.B) {
	s := newScrubber(b)
	in := stack4k()
	var took []time.Duration
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		began := processorTime(b)
		s.Stack(in, 8<<10)
		took = append(took, processorTime(b)-began)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-cpu-µs")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-cpu-µs")
}

func BenchmarkURL(b *testing.B) {
	s := newScrubber(b)
	b.ReportAllocs()
	for b.Loop() {
		s.URL("https://shop.example/users/8412/orders?x=1")
	}
}

func BenchmarkHash(b *testing.B) {
	id, err := NewIdentity(IdentityConfig{})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Unix(1763647652, 0)
	var sink beacon.ID
	b.ReportAllocs()
	for b.Loop() {
		sink += id.Hash("user", "shop", "jane.doe@example.com", at)
	}
	_ = sink
}

// hostile are texts made to keep a scanner busy, without and with secrets.
var hostile = map[string]string{
	"at": "@", "locals": "a@", "domains": "a.", "addresses": "a@b.co ", "unended": "x@y.", "underscores": "_@a.b",
	"digits": "4", "singles": "4 ", "cards": "4111 1111 1111 1111 ", "near cards": "4111-1111-1111-1112-", "phones": "+49 151 2345678 ", "dashed": "555-",
	"colons": ":", "double colons": "::", "hex colons": "a:", "addresses6": "2001:db8::1 ", "groups6": "1:2:3:4:5:6:7:", "macs": "00:1a:2b:3c:4d:",
	"pairs": "password=", "pair chain": "pin=", "coordinates": "lat=", "cookies": "cookie: [email] ", "quotes": `password="`, "braces": `password={`, "token prose": "token: a ",
	"slashes": "/", "paths": "/a", "users": "/users/8412", "urls": "https://a.b/c?d ", "url run": "https://", "userinfo": "https://a:b@", "queries": "a?b=", "blobs": "blob:",
	"percent": "%25", "percent40": "a%40b.co ", "percents": "%", "nested": "%2525252525", "backslashes": `\`, "unicode escapes": `\u0040`, "entities": "&#64;", "windows": `\Users\a`,
	"keys": "-----BEGIN RSA PRIVATE KEY-----", "dashes": "-", "ends": "-----END ", "jwts": "eyJhbGciOiJ9.", "jwt run": "eyJ", "base64": "aB3/", "random": "x1Y2z3A4b5C6d7E8f9G0hJkL ", "run": "aB3x", "words": "a-", "akia": "AKIA", "bearer": "bearer x1", "bearers": "bearer ",
	"fullwidth": "４", "en dashes": "4–", "han": "漢", "han address": "漢@字.广告 ", "zero width": "\u200b", "invalid": "\xff", "controls": "\x01a", "lines": "\n", "frames": "    at f (https://a.b/c.js:1:2)\n", "gecko": "f@https://a.b/c.js:1:2\n", "at at": "at (",
	"numeric hosts": "http://0x", "ec2": "ip-1-2-3-4", "codes": "pin2: 4821 ", "digest": "authorization: digest ", "foreign": "пароль=", "phones beyond": "电话 1380013 ", "dates": "/2024/11", "tildes": "/~a", "hashes": "id 3f2a9c81d4e5b6a7c8d93f2a9c81d4e5b6a7c8d9 ", "module hashes": "webpack:///a?a1b2 ", "invariants": "https://a.b/?invariant=418&",
	"ibans": "DE89 3704 0044 0532 0130 0", "iban run": "DE89", "geo": "52.520008, 13.404954, ", "degrees": "52°", "brackets": "[", "placeholders": "[email]", "parens": "(", "closing": ")", "data": "data:a/b,", "tags": "<pin>1</pin>", "lt": ">", "labels": "phone number is ", "ulids": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "uuids": "550e8400-e29b-41d4-a716-446655440000-",
	// Near misses: what looks like the beginning of a finding and never is one.
	"digits apart": "1.2-3/4 ", "letters and colons": "a:b:c:", "equals": "token=token=", "quotes in quotes": `"'\"`, "unended key": "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "dotted base64": "aB3xY9zQ.",
	"zero width amid": "4\u200b", "told": "password is ", "arrows": "password -> ", "phrases": "passphrase: a b ", "below": "password:\n  a", "sent codes": "code 123 ", "spaced keys": "api key: ", "escapes amid": "é%4 ", "at signs": "@@@a", "latitudes": `"latitude": 1.`,
}

func fill(pattern string, n int) string { return strings.Repeat(pattern, n/len(pattern)+1)[:n] }

// BenchmarkHostile reports the processor time for 64 kB of each hostile text, and
// the most that it grows by from 1 kB to 256 kB when the text doubles: to stay
// under 5 ms and 2.2. A text of which only the end is a finding is scanned twice,
// so that a cut that makes one there may look like a growth by four.
func BenchmarkHostile(b *testing.B) {
	s := newScrubber(b)
	for name, pattern := range hostile {
		for _, kind := range []string{"message", "stack", "url"} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				const small, large = 1 << 10, 256 << 10
				best := map[int]float64{} // seconds by length
				for b.Loop() {
					for n := small; n <= large; n *= 2 {
						in, times := fill(pattern, n), max(1, large/4/n)
						began := processorTime(b)
						for range times {
							if _, err := s.Explain(kind, in); err != nil {
								b.Fatal(err)
							}
						}
						if d := (processorTime(b) - began).Seconds() / float64(times); best[n] == 0 || d < best[n] {
							best[n] = d
						}
					}
				}
				growth := 0.0
				for n := 2 * small; n <= large; n *= 2 {
					growth = max(growth, best[n]/best[n/2])
				}
				b.ReportMetric(best[64<<10]*1e3, "cpu-ms/64kB")
				b.ReportMetric(growth, "growth")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
