package edge

import (
	"net/http"
	"strings"
	"testing"
)

func TestClientAddrXForwardedFor(t *testing.T) {
	proxies, err := ParseProxies([]string{"10.0.0.0/8", "192.0.2.1", "2001:db8::/32"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		peer      string
		forwarded []string
		want      string
		viaProxy  bool
	}{
		{"203.0.113.9:1234", nil, "203.0.113.9", false},
		{"203.0.113.9:1234", []string{"198.51.100.1"}, "203.0.113.9", false}, // not a trusted proxy
		{"10.1.2.3:1234", nil, "10.1.2.3", true},
		{"10.1.2.3:1234", []string{"198.51.100.1"}, "198.51.100.1", true},
		{"10.1.2.3:1234", []string{"6.6.6.6, 198.51.100.1"}, "198.51.100.1", true}, // the client made the left one up
		{"10.1.2.3:1234", []string{"198.51.100.1, 10.9.9.9,192.0.2.1"}, "198.51.100.1", true},
		{"10.1.2.3:1234", []string{"198.51.100.1", "10.9.9.9"}, "198.51.100.1", true},
		{"10.1.2.3:1234", []string{"10.7.7.7"}, "10.7.7.7", true},
		{"10.1.2.3:1234", []string{"198.51.100.1, garbage"}, "10.1.2.3", true},
		{"10.1.2.3:1234", []string{"198.51.100.1, garbage, 10.4.4.4"}, "10.4.4.4", true},
		{"10.1.2.3:1234", []string{""}, "10.1.2.3", true},
		{"10.1.2.3:1234", []string{"198.51.100.1:4711"}, "198.51.100.1", true},
		{"10.1.2.3:1234", []string{"[2a00::1]:4711"}, "2a00::1", true},
		{"10.1.2.3:1234", []string{"2a00::1%eth0"}, "2a00::1", true},
		{"[::ffff:10.1.2.3]:1234", []string{"::ffff:198.51.100.1"}, "198.51.100.1", true},
		{"[2001:db8::1]:1234", []string{"2a00::1"}, "2a00::1", true},
		{"10.1.2.3:1234", []string{"198.51.100.1," + strings.Repeat("10.0.0.1,", 100) + "10.0.0.2"}, "10.0.0.1", true},
		{"@", []string{"198.51.100.1"}, "invalid IP", false},
	} {
		r := &http.Request{RemoteAddr: tc.peer, Header: http.Header{"X-Forwarded-For": tc.forwarded}}
		addr, viaProxy := proxies.ClientAddr(r, HeaderXForwardedFor)
		if addr.String() != tc.want || viaProxy != tc.viaProxy {
			t.Errorf("%s %q: %v %v, want %s %v", tc.peer, tc.forwarded, addr, viaProxy, tc.want, tc.viaProxy)
		}
	}
}

func TestClientAddrOtherHeaders(t *testing.T) {
	proxies, err := ParseProxies([]string{"10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, header string
		value        []string
		want         string
	}{
		{"Forwarded", "Forwarded", []string{"for=198.51.100.1;proto=https;by=10.0.0.1"}, "198.51.100.1"},
		{"quoted, with a port", "Forwarded", []string{`proto=https; For="[2a00::1%eth0]:4711"`}, "2a00::1"},
		{"several", "Forwarded", []string{`for=6.6.6.6, for=198.51.100.1, for="10.0.0.7:80"`}, "198.51.100.1"},
		{"several lines", "Forwarded", []string{`for=6.6.6.6`, `for=198.51.100.1`, `for=10.0.0.7`}, "198.51.100.1"},
		{"hidden", "Forwarded", []string{`for=6.6.6.6, for=_hidden`}, "10.1.2.3"},
		{"unknown", "Forwarded", []string{`for=unknown`}, "10.1.2.3"},
		{"a quote that the client left open", "Forwarded", []string{`for=", for=198.51.100.1`}, "198.51.100.1"},
		{"a comma within quotes", "Forwarded", []string{`for=198.51.100.1;x="a, for=6.6.6.6"`}, "198.51.100.1"},
		{"two in one element", "Forwarded", []string{`for=6.6.6.6;for=7.7.7.7`}, "10.1.2.3"},
		{"none", "Forwarded", []string{`proto=https`}, "10.1.2.3"},
		{"empty elements", "Forwarded", []string{`,,,`}, "10.1.2.3"},
		{"a header of the proxy's own", "Cf-Connecting-Ip", []string{"198.51.100.1"}, "198.51.100.1"},
	} {
		r := &http.Request{RemoteAddr: "10.1.2.3:1234", Header: http.Header{
			tc.header: tc.value, HeaderXForwardedFor: {"6.6.6.6"}, // the client's own
		}}
		if addr, viaProxy := proxies.ClientAddr(r, tc.header); addr.String() != tc.want || !viaProxy {
			t.Errorf("%s: %v %v, want %s", tc.name, addr, viaProxy, tc.want)
		}
	}
}

// Whatever a client writes to the left, the rightmost address counts: the proxy
// wrote it.
func FuzzClientAddr(f *testing.F) {
	f.Add("6.6.6.6, garbage")
	f.Add(`for="`)
	f.Add(",[[::1]]:x%,;;=\\\"")
	proxies, err := ParseProxies([]string{"10.0.0.0/8"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, left string) {
		for header, right := range map[string]string{HeaderXForwardedFor: "198.51.100.1", headerForwarded: "for=198.51.100.1"} {
			r := &http.Request{RemoteAddr: "10.1.2.3:1234", Header: http.Header{header: {left + ", " + right}}}
			if addr, _ := proxies.ClientAddr(r, header); addr.String() != "198.51.100.1" {
				t.Errorf("%q: %v", left, addr)
			}
			r.Header.Set(header, left) // must not panic
			proxies.ClientAddr(r, header)
		}
	})
}
