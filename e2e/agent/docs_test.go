//go:build e2e

package agent

import (
	"os"
	"strings"
	"testing"
)

// The stubs of the scenarios are those of the document.
func TestStubsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/browser-agent.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, stub := range []string{earlyStub, queueStub} {
		if !strings.Contains(string(doc), stub) {
			t.Errorf("not in docs/browser-agent.md: %s", stub)
		}
	}
}
