package enrich

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestUserAgents(t *testing.T) {
	u := NewUserAgents()
	for _, tc := range []struct{ agent, browser, version, os, device string }{
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome", "Chrome 142", "Windows", Desktop},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36", "Chrome", "Chrome 156", "Linux", Desktop},
		{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome", "Chrome 142", "Android", Mobile},
		{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome", "Chrome 142", "Android", Tablet},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Safari/605.1.15", "Safari", "Safari 19", "macOS", Desktop},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1", "Safari", "Safari 19", "iOS", Mobile},
		{"Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1", "Safari", "Safari 12", "iOS", Tablet},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.46 Mobile/15E148 Safari/604.1", "Chrome", "Chrome 142", "iOS", Mobile},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148", "Safari", "Safari 18", "iOS", Mobile},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 300.0.0.0", "Safari", "Safari 18", "iOS", Mobile},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox", "Firefox 145", "Windows", Desktop},
		{"Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox", "Firefox 145", "Android", Mobile},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge", "Edge 142", "Windows", Desktop},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0", "Opera", "Opera 124", "Windows", Desktop},
		{"Mozilla/5.0 (Linux; Android 15; SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet", "Samsung Internet 28", "Android", Mobile},
		{"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome", "Chrome 142", "ChromeOS", Desktop},
		{"Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/400.0;]", "Chrome", "Chrome 131", "Android", Mobile},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 YaBrowser/25.1.0.0 Safari/537.36", "Chrome", "Chrome 142", "Windows", Desktop},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Other", "Other", "Other", Bot},
		{"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Chrome", "Chrome 142", "Android", Bot},
		{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36", "Chrome", "Chrome 116", "Other", Bot},
		{"curl/8.5.0", "Other", "Other", "Other", Other},
		{"jane.doe@example.com", "Other", "Other", "Other", Other},
		{"Chrome/99999999999999999999", "", "", "", ""},
		{"", "", "", "", ""},
	} {
		for range 2 { // the second time from the cache
			got := u.Classify(tc.agent)
			if tc.browser == "" && tc.agent != "" {
				continue // must only not panic
			}
			traffic := map[string]beacon.TrafficClass{Bot: beacon.Bots}[tc.device]
			if strings.Contains(tc.agent, "Headless") {
				traffic = beacon.Synthetics
			}
			if want := (Client{tc.browser, tc.version, tc.os, tc.device, traffic}); got != want {
				t.Errorf("%s\n got %+v\nwant %+v", tc.agent, got, want)
			}
		}
	}
}

func FuzzUserAgent(f *testing.F) {
	f.Add("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36")
	f.Add("((((Chrome/")
	known := map[string]bool{other: true, "Safari": true, "Opera": true, "Internet Explorer": true}
	for _, b := range browsers {
		known[b.family] = true
	}
	f.Fuzz(func(t *testing.T, agent string) {
		c := classify(agent)
		if !known[c.Browser] || !strings.HasPrefix(c.Version, c.Browser) || len(c.Version) > len(c.Browser)+4 {
			t.Errorf("%q: %+v", agent, c)
		}
	})
}

func TestRegionToken(t *testing.T) {
	for name, want := range map[string]string{
		"eu-west": "eu-west", "EU West (1)": "eu-west--1", "": Unknown, "...": Unknown, "*": Unknown, ">": Unknown, "a.b.*": "a-b",
		"São Paulo": "s--o-paulo", strings.Repeat("x", 40): strings.Repeat("x", 32), strings.Repeat("-", 40) + "x": Unknown,
	} {
		if got := Region(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func FuzzRegion(f *testing.F) {
	f.Add("eu-west-1")
	f.Fuzz(func(t *testing.T, name string) {
		p := FromHeader(name)
		if n := len(p.Region); n < 1 || n > 32 || strings.Trim(p.Region, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
			t.Errorf("%q: region %q", name, p.Region)
		}
		if p.Country != "" && (len(p.Country) != 2 || !utf8.ValidString(p.Country)) {
			t.Errorf("%q: country %q", name, p.Country)
		}
	})
}

func BenchmarkUserAgent(b *testing.B) {
	const agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	b.Run("known", func(b *testing.B) {
		u := NewUserAgents()
		for b.Loop() {
			u.Classify(agent)
		}
	})
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			classify(agent)
		}
	})
}

func TestCountry(t *testing.T) {
	for code, want := range map[string]string{"DE": "DE", "de": "DE", "": "", "D": "", "DEU": "", "T1": "", "XX": "", "zz": "", "ı": "", "\x01\x02": "", "[]": ""} {
		if got := Country(code); got != want {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
}
