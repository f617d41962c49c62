package scrub

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// secrets are planted by FuzzPlanted; none may be in the output.
var secrets = []string{
	"jane.doe@example.com", "jane%40example.com", "jane%2540example.com",
	"4111111111111111", "4111 1111 1111 1111", "3782-822463-10005",
	"DE89370400440532013000", "GB82 WEST 1234 5698 7654 32",
	"123-45-6789", "+14155552671", "+44 20 7946 0958", "(415) 555-2671",
	"203.0.113.7", "2001:db8:85a3::8a2e:370:7334", "00:1a:2b:3c:4d:5e",
	"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
	"AKIAIOSFODNN7EXAMPLE", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "glpat-x1Y2z3A4b5C6d7E8f9G0",
	"AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", "xoxb-123456789012-abcdEFGHijkl", "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
	"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", "npm_abcdefGHIJKL0123456789mnopqrSTUVwx",
	"sk-proj-abcDEF123456ghiJKL789mno", "https://u:hunter2pw@db.example/", "Bearer mF_9.B5f-4.1JqM",
	"550e8400-e29b-41d4-a716-446655440000",
}

func newScrubber(t testing.TB) *Scrubber {
	t.Helper()
	s, err := New(Config{KeepParams: []string{"page", "utm_source"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// check asserts what holds for any output: it is valid, has no invisible character,
// is settled, and was not dropped.
func check(t *testing.T, kind, in string) string {
	t.Helper()
	s := newScrubber(t)
	r, err := s.Explain(kind, in)
	if err != nil {
		t.Fatal(err)
	}
	if r.Redactions["dropped"] > 0 {
		t.Fatalf("%s %q was dropped", kind, in)
	}
	if !utf8.ValidString(r.Text) {
		t.Fatalf("%s %q gives invalid UTF-8: %q", kind, in, r.Text)
	}
	if normalise(r.Text) != r.Text {
		t.Fatalf("%s %q gives text that is not normalised: %q", kind, in, r.Text)
	}
	again, err := s.Explain(kind, r.Text)
	if err != nil {
		t.Fatal(err)
	}
	if again.Text != r.Text {
		t.Fatalf("%s %q is not settled:\n1: %q\n2: %q", kind, in, r.Text, again.Text)
	}
	return r.Text
}

var explainable = []string{"message", "stack", "url", "tag"}

func FuzzScrub(f *testing.F) {
	for _, c := range fixtures(f) {
		f.Add(c.In, 64)
	}
	f.Fuzz(func(t *testing.T, in string, max int) {
		in = in[:min(len(in), 16<<10)]
		for _, kind := range explainable {
			check(t, kind, in)
		}
		s := newScrubber(t)
		max = max&0xff + 1
		cut := s.Text(in, max)
		if len(cut) > max || !utf8.ValidString(cut) {
			t.Fatalf("cut to %d: %q", max, cut)
		}
		if again := s.Text(cut, max); again != cut {
			t.Fatalf("%q cut to %d is not settled: %q, %q", in, max, cut, again)
		}
		page := s.Page(in)
		if again := s.Page(page); again != page {
			t.Fatalf("page of %q is not settled: %q, %q", in, page, again)
		}
		s.Tag(in, in)
	})
}

func FuzzPlanted(f *testing.F) {
	for i := range secrets {
		f.Add("request failed for ", " at ", uint8(i), uint8(i))
	}
	f.Add("{\"user\":\"", "\"}", uint8(0), uint8(0))
	f.Add("https://x.example/users/", "/orders?x=", uint8(1), uint8(2))
	f.Fuzz(func(t *testing.T, before, after string, n, k uint8) {
		before, after = before[:min(len(before), 2<<10)], after[:min(len(after), 2<<10)]
		secret := secrets[int(n)%len(secrets)]
		// Blanks are around it: what is close to it may change its meaning, as in
		// a longer number.
		in := before + " " + secret + " " + after
		for _, kind := range []string{"message", "stack", "tag"} {
			out := check(t, kind, in)
			if strings.Contains(out, secret) && !strings.Contains(before+after, secret) {
				t.Fatalf("%s: %q survives in %q", kind, secret, out)
			}
		}
	})
}
