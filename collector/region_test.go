package collector

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/rumtop/rumtop/internal/beacon"
)

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

func TestRegionSources(t *testing.T) {
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
			h := newHarness(t, tc.config)
			h.post(`{"navigation":true,"region":"mars","country":"MA"}`, tc.header...)
			all := h.settle()
			if len(all) != 1 || all[0].Dims[beacon.Region] != tc.region || all[0].Dims[beacon.Country] != tc.country {
				t.Errorf("%+v, want %s %s", all, tc.region, tc.country)
			}
		})
	}
}
