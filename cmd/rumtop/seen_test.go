package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// What no beacon has is named, with what there is; it is not a table of zeros.
func TestQueryOfUnseenRefused(t *testing.T) {
	h := newHarness(t, "--site", "shop=k", "--region", "eu-west")
	h.send("k", post{body: `{"navigation":true,"tags":{"tier":"paid"},"metrics":{"ttft":900,"tokens":12}}`})
	h.settle()
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"--by", "nosuch"}, exitUsage, "--by nosuch: no dimension and no tag of a beacon: dimensions are region"},
		{[]string{"--by", "Region"}, exitUsage, "tags are tier"},
		{[]string{"--by", "tag.region"}, exitUsage, "tags are tier"},
		{[]string{"--by", "region,release"}, exitUsage, "--by region,release: rows are grouped by one dimension"},
		{[]string{"--by", "url"}, exitUsage, "--by url: a page view has requests to many URLs: use page"},
		{[]string{"--measure", "ttfb"}, exitUsage, "--measure ttfb"},
		{[]string{"--measure", "lcp"}, exitUsage, "--measure lcp: always shown"},
		{[]string{"--measure", "tftt"}, exitUsage, "--measure tftt: no page view has it: use one of "},
		{[]string{"--at", "23h59m"}, exitNoData, "before the history, which starts at "},
		{[]string{"--at", "2199-01-01T00:00:00Z"}, exitNoData, "--at 2199-01-01T00:00:00Z: after the last moment there is, "},
		{[]string{"--by", "tier"}, exitOK, ""},
		{[]string{"--by", "tag.tier", "--measure", "ttft", "--count", "2", "--interval", "100ms"}, exitOK, ""},
	} {
		for _, format := range []string{"table", "json", "csv"} {
			status, stderr := h.status(append([]string{"--once", "--format", format}, c.args...)...)
			if status != c.status || !strings.Contains(stderr, c.says) {
				t.Errorf("%q as %s: status %d, says %q; want %d, %q", c.args, format, status, stderr, c.status, c.says)
			}
		}
	}
	for format, want := range map[string]string{"csv": "ttft_p75", "table": "ttft p75", "json": `"measure":"ttft"`} {
		if out := h.rumtop("--once", "--format", format, "--measure", "ttft"); !strings.Contains(out, want) || !strings.Contains(out, "900") {
			t.Errorf("--measure ttft as %s: no %q in %s", format, want, out)
		}
	}
}

// A time after the end of a recording has no numbers: those of the end would look
// like its own.
func TestTimeAfterRecordingRefused(t *testing.T) {
	h := newHarness(t, "--site", "shop=k", "--region", "eu-west")
	h.send("k", post{body: `{"navigation":true,"release":"2.4.0"}`})
	h.settle()
	file := filepath.Join(t.TempDir(), "x.rumsnap")
	h.rumtop("snapshot", "-o", file)
	const late = "2199-01-01T00:00:00Z"
	for status, commands := range map[int][][]string{
		exitNoData: {{"open", file, "--once", "--at", late}, {"verdict", file, "--baseline", "1", "--canary", "2", "--at", late}},
		exitUsage:  {{"report", file, "--format", "md", "--onset", late}},
	} {
		for _, args := range commands {
			var stderr strings.Builder
			got := run(t.Context(), args, nil, io.Discard, &stderr)
			if says := stderr.String(); got != status || !strings.Contains(says, late+": after the ") {
				t.Errorf("%q: status %d, says %q; want %d", args, got, says, status)
			}
		}
	}
}
