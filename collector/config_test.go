package collector

import (
	"strings"
	"testing"
)

func TestConfigInvalidFails(t *testing.T) {
	site := map[string]string{"shop": "k"}
	for name, cfg := range map[string]Config{
		"no site":              {},
		"bad site name":        {Sites: map[string]string{"My Shop": "k"}},
		"two open sites":       {Sites: map[string]string{"a": "", "b": "k"}},
		"shared key":           {Sites: map[string]string{"a": "k", "b": "k"}},
		"bad origin":           {Sites: site, Origins: []string{"shop.example"}},
		"bad proxy":            {Sites: site, TrustedProxies: []string{"proxy"}},
		"bad region":           {Sites: site, Region: "EU West"},
		"header without proxy": {Sites: site, RegionHeader: "CF-IPCountry"},
		"no GeoIP file":        {Sites: site, GeoIP: "missing.mmdb"},
		"bad consent":          {Sites: site, DefaultConsent: "maybe"},
		"negative limit":       {Sites: site, Limits: Limits{Body: -1}},
		"negative linger":      {Sites: site, Linger: -1},
		"certificate alone":    {Sites: site, CertFile: "tls.crt"},
		"key alone":            {Sites: site, KeyFile: "tls.key"},
		"no certificate file":  {Sites: site, CertFile: "missing.crt", KeyFile: "missing.key"},
	} {
		if _, err := New(cfg, &fakePublisher{}); err == nil {
			t.Errorf("%s: no error", name)
		} else if s := err.Error(); s == "" || s[0] >= 'A' && s[0] <= 'Z' || strings.HasSuffix(s, ".") {
			t.Errorf("%s: %q", name, s)
		}
	}
}
