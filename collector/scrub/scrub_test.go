package scrub

import (
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

func TestTextTruncatesAfterScrubbing(t *testing.T) {
	s := newScrubber(t)
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		// A secret at the cut.
		{"mail jane.doe@example.com", 14, "mail [email]"},
		{"card 4111 1111 1111 1111 declined", 19, "card [card] decl…"},
		// A placeholder at the cut.
		{"mail jane.doe@example.com now", 14, "mail …"},
		{"größer", 7, "grö…"},
		{"grßßßer", 8, "grß…"},
		{"abc", 3, "abc"},
		{"abcdef", 3, "abc"},
		{"abc", 0, "abc"},
		{strings.Repeat("x", 100), 10, "xxxxxxx…"},
	} {
		got := s.Text(c.in, c.max)
		if got != c.want {
			t.Errorf("Text(%q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
		if c.max > 0 && len(got) > c.max {
			t.Errorf("Text(%q, %d) has %d bytes", c.in, c.max, len(got))
		}
	}
}

func TestPageKeepsPathTemplate(t *testing.T) {
	s := newScrubber(t)
	for in, want := range map[string]string{
		"https://shop.example/users/8412/orders?x=1#y": "/users/:id/orders",
		"https://shop.example":                         "/",
		"https://shop.example/":                        "/",
		"https://shop.example?x=1":                     "/",
		"https://u:p@shop.example/cart/":               "/cart",
		"//shop.example/cart":                          "/cart",
		"/users/:id/orders":                            "/users/:id/orders",
		"/users/8412/":                                 "/users/:id",
		"checkout":                                     "checkout",
		"/search?page=2":                               "/search",
		"?x=1":                                         "/",
		"":                                             "",
		" /cart ":                                      "/cart",
		"/verify/jane%40example.com":                   "/verify/:email",
	} {
		if got := s.Page(in); got != want {
			t.Errorf("Page(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTagKeyAndValueScrubbed(t *testing.T) {
	s := newScrubber(t)
	for _, c := range []struct {
		key, value, k, v string
		ok               bool
	}{
		{"tier", "paid", "tier", "paid", true},
		{" tier ", " paid ", "tier", "paid", true},
		{"user.plan-2_x", "a b", "user.plan-2_x", "a b", true},
		{"a b/c", "x", "a_b_c", "x", true},
		{"user", "jane@example.com", "user", "[email]", true},
		{"password", "hunter2", "password", "[secret]", true},
		{"apiToken", "x", "apiToken", "[secret]", true},
		{"password", "undefined", "password", "undefined", true},
		{"tokens", "512", "tokens", "512", true},
		{"jane@example.com", "x", "", "", false},
		{"", "x", "", "", false},
		{"tier", "", "", "", false},
		{"tier", "\x00\u200b", "", "", false},
		{"two", "a\nb", "two", "a b", true},
		{strings.Repeat("k", MaxTagKey+1), "x", "", "", false},
	} {
		k, v, ok := s.Tag(c.key, c.value)
		if k != c.k || v != c.v || ok != c.ok {
			t.Errorf("Tag(%q, %q) = %q, %q, %v, want %q, %q, %v", c.key, c.value, k, v, ok, c.k, c.v, c.ok)
		}
	}
	_, v, _ := s.Tag("long", strings.Repeat("é", MaxTagValue))
	if len(v) > MaxTagValue || !utf8.ValidString(v) {
		t.Errorf("value of %d bytes: %q", len(v), v)
	}
}

func TestCountsByKind(t *testing.T) {
	s := newScrubber(t)
	if n := s.Counts()["email"]; n != 0 {
		t.Fatalf("%d emails before the first", n)
	}
	s.Text("jane@example.com and joe@example.com", 0)
	s.URL("https://u:p@shop.example/users/8412?x=1")
	c := s.Counts()
	for kind, want := range map[string]uint64{"email": 2, "userinfo": 1, "id": 1, "query": 1, "card": 0} {
		if c[kind] != want {
			t.Errorf("%s: %d, want %d", kind, c[kind], want)
		}
	}
	if len(c) != int(numKinds) {
		t.Errorf("%d kinds, want all %d", len(c), numKinds)
	}
}

func TestTextOverLimitDropped(t *testing.T) {
	s, err := New(Config{MaxInput: 100})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Text(strings.Repeat("x", 101), 10); got != "" {
		t.Errorf("got %q", got)
	}
	if got := s.Text(strings.Repeat("x", 100), 0); len(got) != 100 {
		t.Errorf("got %q", got)
	}
	if n := s.Counts()["dropped"]; n != 1 {
		t.Errorf("%d dropped, want 1", n)
	}
}

// If the scrubber fails on a field, that field must be dropped, and no other.
func TestFieldPanicDropped(t *testing.T) {
	s := newScrubber(t)
	var explained tally
	got := s.field("jane@example.com", 0, func(*scan, string) string { panic("rule") }, &explained)
	if got != "" || explained[Dropped] != 1 || s.Counts()["dropped"] != 1 {
		t.Errorf("got %q, explained %d, counted %d", got, explained[Dropped], s.Counts()["dropped"])
	}
	if got := s.Text("mail jane@example.com", 0); got != "mail [email]" {
		t.Errorf("afterwards %q", got)
	}
}

func TestFieldUnsettledDropped(t *testing.T) {
	s := newScrubber(t)
	if got := s.field("x", 0, func(_ *scan, text string) string { return text + "x" }, nil); got != "" || s.Counts()["dropped"] != 1 {
		t.Errorf("got %q, counted %d", got, s.Counts()["dropped"])
	}
}

func TestNewBadConfigRefused(t *testing.T) {
	for _, c := range []Config{{KeepParams: []string{""}}, {KeepParams: []string{"a=b"}}, {PersonWords: []string{"a/b"}}, {PersonWords: []string{""}}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

func TestURLConfiguredWordsApplied(t *testing.T) {
	s, err := New(Config{KeepParams: []string{"page"}, PersonWords: []string{"Tenancies"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.URL("https://x.example/tenancies/acme/a?q=1&page=2&page=jane@example.com"), "https://x.example/tenancies/:id/a?page=2&page=[email]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExplainUnknownKindRefused(t *testing.T) {
	if _, err := newScrubber(t).Explain("poem", "x"); err == nil {
		t.Error("an unknown kind was accepted")
	}
}

func TestExplainConcurrentMatchesFixtures(t *testing.T) {
	s := newScrubber(t)
	all := fixtures(t)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range all {
				c := all[(i*7+w)%len(all)]
				if r, err := s.Explain(c.Kind, c.In); err != nil || r.Text != c.want() {
					t.Errorf("%q: %q, %v", c.In, r.Text, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestTextCleanAllocatesNothing(t *testing.T) {
	s := newScrubber(t)
	for _, in := range []string{typical, "Request failed with status code 500 after 3 retries", "l’objet « total » est indéfini"} {
		if n := testing.AllocsPerRun(100, func() { s.Text(in, 1024) }); n > 0 {
			t.Errorf("%q: %v allocations", in, n)
		}
	}
}

// The limit is wide, because tests run on busy machines; BenchmarkHostile measures.
func TestExplainHostileStaysFast(t *testing.T) {
	s := newScrubber(t)
	for name, pattern := range hostile {
		in := fill(pattern, 64<<10)
		for _, kind := range explainable {
			start := time.Now()
			r, err := s.Explain(kind, in)
			if err != nil {
				t.Fatal(err)
			}
			if d := time.Since(start); d > 2*time.Second {
				t.Errorf("%s as %s took %v", name, kind, d)
			}
			if r.Redactions["dropped"] > 0 {
				t.Errorf("%s as %s was dropped", name, kind)
			}
		}
	}
}

// The texts are longer than what is scanned again after a replacement.
func TestExplainLongTextSettles(t *testing.T) {
	all := fixtures(t)
	r := rand.New(rand.NewPCG(7, 11))
	for range 60 {
		var b strings.Builder
		for b.Len() < 8<<10 {
			b.WriteString(all[r.IntN(len(all))].In)
			b.WriteString([]string{" ", "\n", ", ", " and then ", "; "}[r.IntN(5)])
			if r.IntN(4) == 0 {
				b.WriteString(strings.Repeat("nothing of note here ", r.IntN(200)))
			}
		}
		for _, kind := range []string{"message", "stack", "tag"} {
			check(t, kind, b.String())
		}
	}
}
