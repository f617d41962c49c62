package main

import (
	"bytes"
	"context"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/testwait"
)

// rumtop local is everything in one process; what was posted is there again
// after a restart.
func TestLocalKeepsHistory(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	dir := filepath.Join(t.TempDir(), "history")
	h := &harness{t: t}
	ctx, cancel := context.WithTimeout(context.Background(), testwait.Patience)
	defer cancel()
	args := []string{"local", "--dir", dir, "--nats-port", "0", "--listen", "127.0.0.1:0", "--format", "json"}

	// Frames are printed until one holds the beacon that is posted meanwhile.
	watching, stop := context.WithCancel(ctx)
	var out, announced testwait.Output
	ended := make(chan int, 1)
	go func() {
		ended <- run(watching, append(args, "--count", "10000", "--interval", "100ms"), strings.NewReader(""), &out, &announced)
	}()
	script := regexp.MustCompile(`src="(http://[^"]+)/rum\.js"`)
	testwait.Until(h.t, "local prints a script tag", func() bool {
		m := script.FindStringSubmatch(announced.String())
		if m != nil {
			h.url = m[1]
		}
		return m != nil
	})
	h.send("", post{body: `{"navigation":true,"view":"v","metrics":{"lcp":1234}}`})
	testwait.Until(h.t, "the view is in a frame", func() bool { return strings.Contains(out.String(), `"total":{"key":"","views":1,`) })
	agent, err := http.Get(h.url + "/rum.js")
	if err != nil {
		t.Fatal(err)
	}
	if err := agent.Body.Close(); err != nil || agent.StatusCode != http.StatusOK {
		t.Errorf("the script of the tag: %s %v", agent.Status, err)
	}
	stop()
	<-ended

	var again, problems bytes.Buffer
	if status := run(ctx, append(args, "--once"), strings.NewReader(""), &again, &problems); status != exitOK {
		t.Fatalf("the second run ended with %d: %s", status, &problems)
	}
	parse(t, again.String()).holds(t, numbers{"site": "local", "total/views": 1, "total/lcp/p75": 1234.0, "segments/local/views": 1})
}
