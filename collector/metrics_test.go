package collector

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/collector/forward"
)

// docs/collector.md names every metric and every reason.
func TestMetricsDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "collector.md"))
	if err != nil {
		t.Fatal(err)
	}
	docs := string(text)
	certFile, keyFile := writeCertificate(t)
	h := newHarness(t, func(c *Config) {
		c.CertFile, c.KeyFile = certFile, keyFile
		c.Forward = forward.Config{Targets: map[string]string{"faro": "https://vendor.example"}}
	})
	for name := range families(t, h.do("GET", "/metrics", "").body) {
		if name, own := strings.CutPrefix(name, namespace); own && !strings.Contains(docs, name) {
			t.Errorf("metric %s is not in docs/collector.md", name)
		}
	}
	for i := range denials {
		if reason := denials[i].reason; !strings.Contains(docs, "`"+reason+"`") {
			t.Errorf("reason %s of denials is not in docs/collector.md", reason)
		}
	}
	for _, reason := range reasonNames {
		if !strings.Contains(docs, "`"+reason+"`") {
			t.Errorf("reason %s of beacons is not in docs/collector.md", reason)
		}
	}
}
