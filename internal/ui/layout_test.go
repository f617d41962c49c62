package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// drawing writes a layout as a column of letters, one for each line: header,
// status, warning, charts, table, errors, trust, hints; then how many charts.
func drawing(l layout) string {
	col := []byte(strings.Repeat(".", l.h))
	for _, part := range []struct {
		band
		letter byte
	}{{l.header, 'h'}, {l.status, 's'}, {l.reasons, 'y'}, {l.warning, 'w'}, {l.charts, 'c'}, {l.table, 't'}, {l.errors, 'e'}, {l.trust, 'r'}, {l.hints, 'k'}} {
		for y := part.y; y < part.y+part.h; y++ {
			if col[y] != '.' {
				return fmt.Sprintf("line %d is taken twice", y)
			}
			col[y] = part.letter
		}
	}
	return fmt.Sprintf("%s %d", col, l.plots)
}

func TestLayout(t *testing.T) {
	for _, c := range []struct {
		w, h int
		s    shape
		want string
	}{
		{80, 1, shape{}, "s 0"},
		{80, 2, shape{}, "hs 0"},
		{80, 3, shape{}, "hst 0"},
		{80, 5, shape{}, "hsttt 0"},
		{80, 6, shape{}, "hstttr 0"},
		{80, 8, shape{}, "hsttttrk 0"},
		{80, 8, shape{warning: true}, "hswtttrk 0"},
		{80, 12, shape{}, "hsttttteeerk 0"},
		{60, 20, shape{}, "hscccccttttttteeeerk 2"},
		{40, 20, shape{}, "hscccccttttttteeeerk 1"},
		{20, 20, shape{rows: 9}, "hstttttttttteeeeeerk 0"},
		{80, 24, shape{rows: 6}, "hsccccccttttttttteeeeerk 2"},
		{80, 24, shape{rows: 4}, "hscccccc" + strings.Repeat("t", 7) + strings.Repeat("e", 7) + "rk 2"},
		{80, 24, shape{zoom: true}, "hs" + strings.Repeat("c", 13) + strings.Repeat("t", 7) + "rk 1"},
		{80, 24, shape{list: true}, "hscccccc" + strings.Repeat("t", 14) + "rk 2"},
		{80, 24, shape{full: true}, "hs" + strings.Repeat("t", 20) + "rk 0"},
		{120, 36, shape{rows: 99}, "hsy" + strings.Repeat("c", 11) + strings.Repeat("t", 12) + strings.Repeat("e", 8) + "rk 4"},
		{120, 36, shape{rows: 5}, "hsy" + strings.Repeat("c", 11) + strings.Repeat("t", 8) + strings.Repeat("e", 12) + "rk 4"},
		{200, 50, shape{rows: 99}, "hsy" + strings.Repeat("c", 17) + strings.Repeat("t", 17) + strings.Repeat("e", 11) + "rk 4"},
	} {
		if got := drawing(arrange(c.w, c.h, c.s)); got != c.want {
			t.Errorf("%d×%d %+v:\n got %s\nwant %s", c.w, c.h, c.s, got, c.want)
		}
	}
}

// At any size every line belongs to one part, and the table is shown from three
// lines on.
func TestLayoutNoGap(t *testing.T) {
	for w := 1; w <= 300; w += 7 {
		for h := 1; h <= 100; h++ {
			for i := range 16 {
				l := arrange(w, h, shape{zoom: i&1 != 0, warning: i&2 != 0, list: i&4 != 0, full: i&8 != 0, rows: w % 40})
				d := drawing(l)
				if strings.Contains(d, ".") || strings.Contains(d, "twice") {
					t.Fatalf("%d×%d: %s", w, h, d)
				}
				if h >= 3 && l.table.h < 1 {
					t.Fatalf("%d×%d: no table in %s", w, h, d)
				}
			}
		}
	}
}

func TestPlanColumnsFits(t *testing.T) {
	for _, by := range []string{"release", "page"} {
		for w := 1; w <= 300; w++ {
			p := planColumns(w, by, extras{w%2 == 0, []string{"", "ttft", "a measure with a long name"}[w%3], []string{"", "inp_p75", "cls_p75", "failed_requests", "lcp_p75"}[w%5]})
			used := min(margin, w) + p.key + p.spark
			for _, c := range p.cols {
				used += c.width
			}
			if used > w {
				t.Errorf("by %s at %d: %d cells", by, w, used)
			}
		}
	}
}

// What differs is shown beside the errors on wide screens only.
func TestLayoutDiffersBeside(t *testing.T) {
	for _, c := range []struct {
		w, h, want int
		s          shape
	}{
		{80, 24, 0, shape{}}, {109, 36, 0, shape{}}, {120, 36, 54, shape{}}, {200, 50, 90, shape{}},
		{120, 12, 0, shape{}}, {120, 36, 0, shape{list: true}}, {120, 36, 0, shape{full: true}},
	} {
		if got := arrange(c.w, c.h, c.s).beside; got != c.want {
			t.Errorf("%d×%d %+v: %d, want %d", c.w, c.h, c.s, got, c.want)
		}
	}
}

// Small terminals show the measure that got worse in the rows and on the charts.
func TestTriageShowsWorseMeasure(t *testing.T) {
	for measure, want := range map[string]struct{ column, chart string }{
		"inp_p75": {"INP p75", "INP ms"}, "lcp_p75": {"LCP p75", "LCP s"}, "cls_p75": {"CLS", ""}, "failed_requests": {"failed req", ""}, "error_rate": {"err %", "error rate %"},
	} {
		for _, size := range [][2]int{{60, 20}, {80, 24}, {120, 36}} {
			f := incident()
			f.Finding.Measure = measure
			m := screen(t, noColor, size[0], size[1], f)
			checkScreen(t, m, size[0], size[1])
			if got := ansi.Strip(m.View()); !strings.Contains(got, want.column) || !strings.Contains(got, "╭ "+want.chart) {
				t.Errorf("%v: %s got worse:\n%s", size, measure, got)
			}
		}
	}
	m := screen(t, noColor, 30, 20, incident())
	f := incident()
	f.Finding.Measure = "inp_p75"
	if got := ansi.Strip(send(m, frameMsg{f}).View()); !strings.Contains(got, "INP ms") || strings.Contains(got, "error rate %") {
		t.Errorf("one chart, and INP got worse:\n%s", got)
	}
}
