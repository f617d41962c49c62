package collector

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestTidy(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "2.4.1": "2.4.1", "2.4.1\n": "2.4.1", "\r\n2.4.1\t": "2.4.1", " 2.4.1 ": "2.4.1", "\ufeff2.4.1": "2.4.1", "2.4.1\x00": "2.4.1",
		"2.4.1\u00a0": "2.4.1", "\u30002.4.1": "2.4.1", "2.\u200b4.1": "2.4.1", "2.4\u2060.1\u200d": "2.4.1", "\u200f2.4.1\u202c": "2.4.1",
		"a  b": "a b", "a\nb": "a b", "a\u00a0b": "a b", "a\u2028 b": "a b", "a\x1bb": "ab", "\x7fa\u0085": "a", " \u200b\t": "", "\u2800": "", "\u3164x": "x",
		"2.4.1\ufe0f": "2.4.1", "\U000e0041x": "x", "\u00adx": "x", "caf\u00e9": "caf\u00e9", "cafe\u0301": "caf\u00e9", "\u1112\u1161\u11ab": "\ud55c",
		"nice \ufffd": "nice \ufffd", "Prod": "Prod", "ﬁ": "ﬁ", "日本 語": "日本 語", "👍🏽": "👍🏽", "a\xffb": "a\ufffdb",
	} {
		got := tidy(text)
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if again := tidy(got); again != got {
			t.Errorf("%q: %q becomes %q", text, got, again)
		}
	}
}

// Every name that viewers group by is one row, whatever surrounds it.
func TestNamesAreTidy(t *testing.T) {
	h := newHarness(t, nil)
	around := [][2]string{
		{"", ""}, {"", "\n"}, {"", "\r\n"}, {" ", " "}, {"\t", ""}, {"\ufeff", ""}, {"", "\x00"}, {"\u00a0", "\u00a0"}, {"\u200b", "\u200d"}, {"\u2028", "\u3000"}, {"\x1b", "\x7f"}, {"\u202a", "\u202c"},
	}
	for _, a := range around {
		name := func(s string) string {
			quoted, err := json.Marshal(a[0] + s + a[1])
			if err != nil {
				t.Fatal(err)
			}
			return string(quoted)
		}
		body := fmt.Sprintf(`{"navigation":true,"release":%s,"environment":%s,"route":%s,"device":%s,"connection":%s,"sdk":%s,"consent":%s,"tags":{%s:%s},
			"metrics":{%s:1,%s:2},"events":[{"name":%s}],"errors":[{"type":%s,"message":"x"}],"requests":[{"url":%s,"method":%s,"status":500}]}`,
			name("2.4.1"), name("production"), name("/cart"), name("tablet"), name("4g"), name("rum.js"), name("full"), name("tier"), name("paid"),
			name("LCP"), name("ttft"), name("bought"), name("TypeError"), name("https://api.example/cart"), name("POST"))
		if answer := h.post(body); answer.status != 202 {
			t.Errorf("%q: %d %s", a, answer.status, answer.body)
		}
	}
	for i, path := range []string{"/collect", "/web-vitals"} {
		h.do("POST", path+"?key="+testKey, []string{
			`{"meta":{"app":{"version":"2.4.1\n","environment":" production"},"view":{"name":"/cart\t"}},"events":[{"name":"faro.performance.navigation","attributes":{}}]}`,
			`{"name":"LCP","value":1,"release":"2.4.1\u00a0","environment":"production\u0000","route":"\ufeff/cart"}`,
		}[i])
	}
	all := h.settle()
	if len(all) != len(around)+2 {
		t.Fatalf("%d beacons", len(all))
	}
	want := rowOf(&all[slices.IndexFunc(all, func(b beacon.Beacon) bool { return len(b.Tags) > 0 })])
	for i := range all {
		b := &all[i]
		if got := rowOf(b); len(b.Tags) > 0 && got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		d := b.Dims
		if d[beacon.Release] != "2.4.1" || d[beacon.Environment] != "production" || d[beacon.Page] != "/cart" {
			t.Errorf("dimensions %+q", d)
		}
	}
}

// rowOf is everything of a beacon that viewers group by.
func rowOf(b *beacon.Beacon) string {
	return fmt.Sprintf("%+q %+q %v %v %v %v", b.Dims, b.Tags, b.Metrics, b.Events, b.Errors, b.Requests)
}

func TestCutText(t *testing.T) {
	for _, tc := range []struct {
		text  string
		limit int
		want  string
	}{{"abc", 5, "abc"}, {"abc", 3, "abc"}, {"abc", 2, "ab"}, {"aé", 2, "a"}, {"🎉", 3, ""}, {"x🎉y", 5, "x🎉"}, {"\xff\xff", 1, "\xff"}} {
		if got := cutText(tc.text, tc.limit); got != tc.want {
			t.Errorf("%q to %d: %q, want %q", tc.text, tc.limit, got, tc.want)
		}
	}
}
