package collector

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whatever an SDK sent comes again as a whole, because its answers were lost on
// the way: what viewers count stays the same, for every SDK in every version.
func TestResendCountsOnceEverySDK(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("wire", "testdata", "*.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("fixtures: %q, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t, func(c *Config) {
				c.BatchBeacons, c.Origins = 1, []string{"http://127.0.0.1:9101", "https://shop.example", "https://*.shop.example", "http://shop.localhost"}
			})
			h.replay(name)
			once := viewsSoFar(h)
			h.replay(name)
			if twice := viewsSoFar(h); len(once) == 0 || !slices.Equal(once, twice) {
				t.Errorf("views\n     %s\nand after all came again\n     %s", strings.Join(once, "\n     "), strings.Join(twice, "\n     "))
			}
			// Datadog names its requests anew when it sends them again.
			for _, rec := range fixture(t, name) {
				if strings.HasPrefix(name, "datadog") {
					h.do(rec.Method, strings.ReplaceAll(rec.Path, "dd-request-id%3D", "dd-request-id%3Da"), rec.Body, headers(rec)...)
				}
			}
			if again := viewsSoFar(h); !slices.Equal(once, again) {
				t.Errorf("views after new request ids\n     %s", strings.Join(again, "\n     "))
			}
		})
	}
}

// viewsSoFar is all that has been published so far, as viewers count it.
func viewsSoFar(h *harness) (views []string) {
	for _, v := range summariseViews(h.settle()) {
		views = append(views, v.String())
	}
	return views
}
