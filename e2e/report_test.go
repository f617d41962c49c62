//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/rumtop/rumtop/internal/testwait"
)

// TestReport takes a snapshot of the demo's incident, writes a report, and opens
// it as a desk, a phone in dark mode and paper would show it.
func TestReport(t *testing.T) {
	e := buildPrograms(t)
	file := demoSnapshot(t, e)
	page := filepath.Join(t.TempDir(), "report.html")
	if _, problems, status := run(t, e.rumtop, "report", file, "-o", page, "--note", "Payments failed <b>in Safari</b>."); status != 0 {
		t.Fatalf("rumtop report ended with %d: %s", status, problems)
	}

	ctx, stop := chromedp.NewContext(startBrowser(t, nil))
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 2*testwait.Patience)
	t.Cleanup(stop)
	for _, m := range []medium{
		{"desk", "screen", "light", 1200, false},
		{"phone", "screen", "dark", 390, true},
		{"paper", "print", "light", 688, false}, // A4 without its margins
	} {
		t.Run(m.name, func(t *testing.T) {
			m.open(t, ctx, page)
			checkReportPage(t, ctx)
			m.checkPicture(t, ctx)
		})
	}
	if text, err := os.ReadFile(page); err != nil || strings.Contains(string(text), "http://") {
		t.Errorf("the page has an http:// address or is unreadable: %v", err)
	}
}

// medium is where a report is read.
type medium struct {
	name, media, scheme string
	width               int64
	dark                bool
}

// open shows the page in the medium.
func (m *medium) open(t *testing.T, ctx context.Context, page string) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: m.media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: m.scheme}},
	}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(m.width, 900), chromedp.Navigate("file://"+page)); err != nil {
		t.Fatal(err)
	}
}

// checkReportPage checks the page by JavaScript.
func checkReportPage(t *testing.T, ctx context.Context) {
	t.Helper()
	for what, js := range map[string]string{
		"the policy allows the style": `getComputedStyle(document.querySelector(".tiles")).display === "grid"`,
		"charts have lines":           `document.querySelectorAll("svg.chart path.line").length === 6 && [...document.querySelectorAll("svg.chart path.line")].every(p => p.getTotalLength() > 100)`,
		"charts have names":           `[...document.querySelectorAll("svg.chart")].every(s => s.querySelector("title").textContent && s.querySelector("desc").textContent)`,
		"tables have captions":        `[...document.querySelectorAll("table")].every(t => t.caption && t.querySelector("th[scope=col]"))`,
		"nothing overflows":           `document.documentElement.scrollWidth <= innerWidth`,
		"text stays text":             `document.body.textContent.includes("<b>in Safari</b>")`,
		"nothing is loaded":           `performance.getEntriesByType("resource").length === 0`,
	} {
		if ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](js)); err != nil || !ok {
			t.Errorf("not true: %s (%v)", what, err)
		}
	}
}

// checkPicture checks that a screenshot is long, colourful, and dark or light.
// It is saved in the directory REPORT_SHOTS, if that is set.
func (m *medium) checkPicture(t *testing.T, ctx context.Context) {
	t.Helper()
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	colours, light := inspect(picture)
	if colours < 30 || light == m.dark || picture.Bounds().Dy() < 1500 {
		t.Errorf("a picture of %v, of %d colours, light: %v", picture.Bounds(), colours, light)
	}
	if to := os.Getenv("REPORT_SHOTS"); to != "" {
		if err := os.WriteFile(filepath.Join(to, m.name+".png"), shot, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// demoSnapshot is the file that the key s writes during the demo's incident.
func demoSnapshot(t *testing.T, e *env, flags ...string) (file string) {
	t.Helper()
	dir := t.TempDir()
	m := newTerminal(t, 120, 36, append([]string{"env", "-C", dir, e.rumtop, "demo"}, flags...)...)
	m.waitFor("live", "by region", "TypeError")
	m.sendKeys("s")
	testwait.Until(t, "a snapshot", func() bool {
		found, err := filepath.Glob(filepath.Join(dir, "*.rumsnap"))
		if err != nil || len(found) == 0 {
			return false
		}
		file = found[0]
		return true
	})
	m.sendKeys("q")
	m.exitStatus()
	return file
}

// inspect counts the colours of a picture and reports whether its corner is light.
func inspect(p image.Image) (colours int, light bool) {
	seen := map[[3]uint32]bool{}
	b := p.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		for x := b.Min.X; x < b.Max.X; x += 2 {
			r, g, b, _ := p.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	r, g, bl, _ := p.At(b.Min.X, b.Min.Y).RGBA()
	return len(seen), r+g+bl > 3*0x7fff
}
