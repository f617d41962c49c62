package collector

import (
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestClientAddress(t *testing.T) {
	cfg := Config{Sites: map[string]string{"shop": "k"}, TrustedProxies: []string{"10.0.0.0/8", "192.0.2.1", "2001:db8::/32"}}
	c, err := prepare(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		peer      string
		forwarded []string
		want      string
		trusted   bool
	}{
		{"203.0.113.9:1234", nil, "203.0.113.9", false},
		{"203.0.113.9:1234", []string{"198.51.100.1"}, "203.0.113.9", false}, // not a proxy of ours
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
		addr, trusted := c.client(r)
		if addr.String() != tc.want || trusted != tc.trusted {
			t.Errorf("%s %q: %v %v, want %s %v", tc.peer, tc.forwarded, addr, trusted, tc.want, tc.trusted)
		}
	}
}

func TestClientAddressInOtherHeaders(t *testing.T) {
	for _, tc := range []struct {
		name, header string
		value        []string
		want         string
	}{
		{"Forwarded", "forwarded", []string{"for=198.51.100.1;proto=https;by=10.0.0.1"}, "198.51.100.1"},
		{"quoted, with a port", "forwarded", []string{`proto=https; For="[2a00::1%eth0]:4711"`}, "2a00::1"},
		{"several", "forwarded", []string{`for=6.6.6.6, for=198.51.100.1, for="10.0.0.7:80"`}, "198.51.100.1"},
		{"several lines", "forwarded", []string{`for=6.6.6.6`, `for=198.51.100.1`, `for=10.0.0.7`}, "198.51.100.1"},
		{"hidden", "forwarded", []string{`for=6.6.6.6, for=_hidden`}, "10.1.2.3"},
		{"unknown", "forwarded", []string{`for=unknown`}, "10.1.2.3"},
		{"a quote that the client left open", "forwarded", []string{`for=", for=198.51.100.1`}, "198.51.100.1"},
		{"a comma within quotes", "forwarded", []string{`for=198.51.100.1;x="a, for=6.6.6.6"`}, "198.51.100.1"},
		{"two in one element", "forwarded", []string{`for=6.6.6.6;for=7.7.7.7`}, "10.1.2.3"},
		{"none", "forwarded", []string{`proto=https`}, "10.1.2.3"},
		{"empty elements", "forwarded", []string{`,,,`}, "10.1.2.3"},
		{"a header of the proxy's own", "CF-Connecting-IP", []string{"198.51.100.1"}, "198.51.100.1"},
	} {
		c, err := prepare(Config{Sites: map[string]string{"shop": "k"}, TrustedProxies: []string{"10.0.0.0/8"}, ClientHeader: tc.header})
		if err != nil {
			t.Fatal(err)
		}
		r := &http.Request{RemoteAddr: "10.1.2.3:1234", Header: http.Header{
			http.CanonicalHeaderKey(tc.header): tc.value, "X-Forwarded-For": {"6.6.6.6"}, // which the client sent along
		}}
		if addr, trusted := c.client(r); addr.String() != tc.want || !trusted {
			t.Errorf("%s: %v %v, want %s", tc.name, addr, trusted, tc.want)
		}
	}
}

// Whatever a client writes to the left, it is what our own proxy wrote on the
// right that counts.
func FuzzClientAddress(f *testing.F) {
	f.Add("6.6.6.6, garbage")
	f.Add(`for="`)
	f.Add(",[[::1]]:x%,;;=\\\"")
	var collectors []*Collector
	for _, header := range []string{headerXForwardedFor, headerForwarded} {
		c, err := prepare(Config{Sites: map[string]string{"shop": "k"}, TrustedProxies: []string{"10.0.0.0/8"}, ClientHeader: header})
		if err != nil {
			f.Fatal(err)
		}
		collectors = append(collectors, c)
	}
	f.Fuzz(func(t *testing.T, left string) {
		for i, right := range []string{"198.51.100.1", "for=198.51.100.1"} {
			c := collectors[i]
			r := &http.Request{RemoteAddr: "10.1.2.3:1234", Header: http.Header{c.cfg.ClientHeader: {left + ", " + right}}}
			if addr, _ := c.client(r); addr.String() != "198.51.100.1" {
				t.Errorf("%q: %v", left, addr)
			}
			r.Header.Set(c.cfg.ClientHeader, left) // must not blow up
			c.client(r)
		}
	})
}

// geoFile writes a MaxMind database with three networks.
func geoFile(t *testing.T) string {
	t.Helper()
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Test-Country"})
	if err != nil {
		t.Fatal(err)
	}
	place := func(continent, country string) mmdbtype.Map {
		m := mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(country)}}
		if continent != "" {
			m["continent"] = mmdbtype.Map{"code": mmdbtype.String(continent)}
		}
		return m
	}
	for network, record := range map[string]mmdbtype.Map{
		"81.2.69.0/24": place("EU", "DE"), "2a02:8070::/32": place("EU", "DE"), "216.160.83.0/24": place("", "US"),
	} {
		_, n, err := net.ParseCIDR(network)
		if err != nil {
			t.Fatal(err)
		}
		if err := tree.Insert(n, record); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "test.mmdb")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRegion(t *testing.T) {
	geo := geoFile(t)
	proxied := []string{"127.0.0.1", "::1"}
	for _, tc := range []struct {
		name            string
		config          func(*Config)
		header          []string
		region, country string
	}{
		{"nothing is known", func(*Config) {}, []string{"X-Forwarded-For", "81.2.69.7"}, "unknown", ""},
		{"fixed", func(c *Config) { c.Region = "eu-west" }, nil, "eu-west", ""},
		{"header", func(c *Config) { c.TrustedProxies = proxied; c.RegionHeader = "CF-IPCountry" }, []string{"CF-IPCountry", "DE"}, "de", "DE"},
		{"header with a name", func(c *Config) { c.TrustedProxies = proxied; c.RegionHeader = "X-Region" }, []string{"X-Region", "EU West/1"}, "eu-west-1", ""},
		{"header says unknown", func(c *Config) { c.TrustedProxies = proxied; c.RegionHeader = "CF-IPCountry" }, []string{"CF-IPCountry", "XX"}, "unknown", ""},
		{"header of a stranger", func(c *Config) { c.TrustedProxies = []string{"10.0.0.0/8"}; c.RegionHeader = "X-Region" }, []string{"X-Region", "eu"}, "unknown", ""},
		{"fixed beats header", func(c *Config) { c.Region = "here"; c.TrustedProxies = proxied; c.RegionHeader = "X-Region" }, []string{"X-Region", "there"}, "here", ""},
		{"database", func(c *Config) { c.GeoIP = geo; c.TrustedProxies = proxied }, []string{"X-Forwarded-For", "81.2.69.7"}, "eu", "DE"},
		{"database, IPv6", func(c *Config) { c.GeoIP = geo; c.TrustedProxies = proxied }, []string{"X-Forwarded-For", "2a02:8070::1"}, "eu", "DE"},
		{"database without continents", func(c *Config) { c.GeoIP = geo; c.TrustedProxies = proxied }, []string{"X-Forwarded-For", "216.160.83.1"}, "us", "US"},
		{"not in the database", func(c *Config) { c.GeoIP = geo; c.TrustedProxies = proxied }, []string{"X-Forwarded-For", "198.51.100.1"}, "unknown", ""},
		{"fixed region, country of the database", func(c *Config) { c.Region = "here"; c.GeoIP = geo; c.TrustedProxies = proxied }, []string{"X-Forwarded-For", "81.2.69.7"}, "here", "DE"},
		{"header beats database", func(c *Config) { c.GeoIP = geo; c.TrustedProxies = proxied; c.RegionHeader = "X-Region" }, []string{"X-Forwarded-For", "81.2.69.7", "X-Region", "edge-7"}, "edge-7", "DE"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t, tc.config)
			r.post(`{"navigation":true,"region":"mars","country":"MA"}`, tc.header...)
			all := r.settle()
			if len(all) != 1 || all[0].Dims[beacon.Region] != tc.region || all[0].Dims[beacon.Country] != tc.country {
				t.Errorf("%+v, want %s %s", all, tc.region, tc.country)
			}
		})
	}
}

func TestRegionsAreCapped(t *testing.T) {
	r := newRig(t, func(c *Config) { c.TrustedProxies = []string{"127.0.0.1", "::1"}; c.RegionHeader = "X-Region" })
	for i := range maxRegions + 20 {
		r.post(view, "X-Region", "r"+strings.Repeat("x", i%20)+string(rune('a'+i/20)))
	}
	regions := map[string]int{}
	for _, b := range r.settle() {
		regions[b.Dims[beacon.Region]]++
	}
	if len(regions) != maxRegions+1 || regions[otherRegion] != 20 {
		t.Errorf("%d regions, %d in %s", len(regions), regions[otherRegion], otherRegion)
	}
}

func TestLimiterIsFairInBoundedMemory(t *testing.T) {
	l := newLimiter(10)
	now := time.Unix(1763647652, 0)
	// Many clients that use up their burst do not take anything from others.
	addr := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range 1000 {
		for range 200 {
			l.allow(addr(i), now)
		}
	}
	slowed := 0
	for i := 100_000; i < 110_000; i++ {
		if _, ok := l.allow(addr(i), now); !ok {
			slowed++
		}
	}
	if slowed > 50 {
		t.Errorf("%d of 10,000 quiet clients were slowed", slowed)
	}
	// However many others came in between, nobody wins a second burst.
	for i := range 200_000 {
		l.allow(addr(200_000+i), now)
	}
	for i := range 1000 {
		if wait, ok := l.allow(addr(i), now); ok || wait <= 0 || wait > time.Second {
			t.Fatalf("client %d: %v %v", i, wait, ok)
		}
	}
	if _, ok := l.allow(addr(1), now.Add(time.Second)); !ok {
		t.Error("no token a second later")
	}
	if l := newLimiter(-1); l != nil {
		t.Error("a negative rate does not turn the limiter off")
	}
}
