package collector

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// All that an SDK sent is sent again, because its answers were lost on the way:
// what viewers count stays the same, for every SDK in every version.
func TestResendCountsOnceEverySDK(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("wire", "testdata", "*.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("fixtures: %q, %v", files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newReplayHarness(t)
			h.replay(name)
			once := viewStrings(h.settle())
			h.replay(name)
			if twice := viewStrings(h.settle()); len(once) == 0 || !slices.Equal(once, twice) {
				t.Errorf("views\n     %s\nafter the resend\n     %s", strings.Join(once, "\n     "), strings.Join(twice, "\n     "))
			}
			// Datadog gives a resend a new request id.
			for _, rec := range fixture(t, name) {
				if strings.HasPrefix(name, "datadog") {
					h.do(rec.Method, strings.ReplaceAll(rec.Path, "dd-request-id%3D", "dd-request-id%3Da"), rec.Body, headers(rec)...)
				}
			}
			if again := viewStrings(h.settle()); !slices.Equal(once, again) {
				t.Errorf("views after new request ids\n     %s", strings.Join(again, "\n     "))
			}
		})
	}
}
