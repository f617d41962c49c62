package scrub

import (
	"strings"
	"testing"
	"time"
)

// The key of a tag is the label of its value.
func TestTagLabelledValue(t *testing.T) {
	s := newScrubber(t)
	for _, c := range []struct{ key, value, want string }{
		{"user_id", "5512087", "[id]"}, {"userId", "jane", "[id]"}, {"user.id", "5512087", "[id]"},
		{"customer-id", "C-991", "[id]"}, {"account_number", "12345678", "[id]"}, {"device_id", "a91f00bc27d8", "[id]"},
		{"user_id", "3f2a9c81-4d5e-4b6a-8c8d-93f2a9c81d4e", "[id]"},
		{"username", "aoife_b", "[name]"}, {"customer_name", "Aoife Brennan", "[name]"}, {"firstName", "Aoife", "[name]"},
		{"Vorname", "Jörg", "[name]"}, {"фамилия", "Иванова", "[name]"}, {"用户名", "xiaoming", "[name]"}, {"user", "aoife", "[name]"}, {"login", "aoifeb", "[name]"},
		{"user", "jane@example.com", "[email]"}, {"email_hash", "b58996c504c5638798eb6b511e6f49af", "[id]"},
		{"dob", "1991-07-02", "[birth]"}, {"zip", "94107", "[address]"}, {"street", "Lindenallee", "[address]"},
		{"passport_no", "C03005988", "[id]"}, {"gender", "female", "[personal]"}, {"display_name", "Aoife Brennan", "[name]"},

		{"user_id", "undefined", "undefined"}, {"user_role", "admin", "admin"}, {"user_count", "5", "5"},
		{"username", "anonymous", "anonymous"}, {"user", "guest", "guest"}, {"customer_type", "premium", "premium"},
		{"account_status", "locked", "locked"}, {"member_since", "2019", "2019"}, {"plan_name", "gold", "gold"},
		{"event_name", "add_to_cart", "add_to_cart"}, {"city", "Berlin", "Berlin"}, {"login", "google", "google"},
		{"order_id", "4711", "4711"}, {"tenant_id", "acme", "acme"}, {"name", "checkout", "checkout"},
		{"display_name", "CartRow", "CartRow"}, {"user_agent", "curl", "curl"}, {"client_id", "web", "web"},
	} {
		if _, got, ok := s.Tag(c.key, c.value); !ok || got != c.want {
			t.Errorf("%s=%s becomes %q (%v), want %q", c.key, c.value, got, ok, c.want)
		}
	}
}

// A pseudonym depends on the identifier, the site and the day, and is settled.
func TestPseudonymStaysWithinDay(t *testing.T) {
	identity, err := NewIdentity(IdentityConfig{Secret: []byte(strings.Repeat("k", masterSize))})
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	plain := newScrubber(t)
	scrubbed := func(site string, at time.Time, text string) string {
		s := plain.Under(Pseudonyms{Identity: identity, Site: site, At: at})
		out := s.Text(text, 0)
		if again := s.Text(out, 0); again != out {
			t.Errorf("%q is not settled: %q", out, again)
		}
		return out
	}
	base := scrubbed("shop", noon, "user_id=5512087 failed")
	if len(base) != len("user_id=[id:00000000] failed") || strings.Contains(base, "5512087") {
		t.Fatalf("got %q", base)
	}
	for _, c := range []struct {
		what, text string
		same       bool
	}{
		{"an hour later", scrubbed("shop", noon.Add(time.Hour), "user_id=5512087 failed"), true},
		{"the next day", scrubbed("shop", noon.Add(24*time.Hour), "user_id=5512087 failed"), false},
		{"another site", scrubbed("blog", noon, "user_id=5512087 failed"), false},
		{"another person", scrubbed("shop", noon, "user_id=5512088 failed"), false},
		{"quoted", strings.ReplaceAll(scrubbed("shop", noon, `user_id="5512087" failed`), `"`, ""), true},
	} {
		if (c.text == base) != c.same {
			t.Errorf("%s: %q, first %q", c.what, c.text, base)
		}
	}
	if got := plain.Text("user_id=5512087 failed", 0); got != "user_id=[id] failed" {
		t.Errorf("without a key: %q", got)
	}
}

func TestTagKeyLabelsItsValue(t *testing.T) {
	s := newScrubber(t)
	for _, c := range [][3]string{
		{"lat", "52.52", "[geo]"}, {"lng", "13.405", "[geo]"}, {"user.email", "aoife at x.ie", "[email]"}, {"phone", "482 913", "[phone]"},
		{"lat", "fast", "fast"}, {"email", "sent", "sent"}, {"mobile", "true", "true"}, {"employee", "new", "new"},
	} {
		if _, got, _ := s.Tag(c[0], c[1]); got != c[2] {
			t.Errorf("tag %s=%s becomes %q, want %q", c[0], c[1], got, c[2])
		}
	}
	if _, got, _ := s.Tag("employee", "E7731"); got == "E7731" {
		t.Errorf("tag employee=E7731 stays")
	}
}
