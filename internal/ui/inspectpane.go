package ui

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// inspectPane shows one segment in detail: the distribution of a vital, now and
// over time, the phases of a page load, its slowest pages and its requests.
type inspectPane struct {
	list
	by, key string
	whole   bool
	vital   int
	funnel  string
	got     *frame.Inspection
}

// openInspect inspects the row under the cursor, or all traffic in the filter.
func openInspect(m model) (model, tea.Cmd) {
	p := inspectPane{by: m.query.By, whole: true, funnel: m.funnel}
	if r := m.table.selected(); r != nil && m.pane == nil {
		p.key, p.whole = r.Key, false
	}
	return openPage(p)(m)
}

func (p inspectPane) room() room { return roomPage }

func (p inspectPane) ask(q frame.Query, _ int) frame.Query {
	q.Inspect = frame.InspectSpec{On: true, Key: p.key, Whole: p.whole, Vital: p.vital, Steps: 60, Funnel: p.funnel}
	return q
}

func (p inspectPane) receive(f *frame.Frame) (pane, request) {
	if i := f.Inspection; i != nil && i.Key == p.key && i.Vital == beacon.Vitals[p.vital] {
		p.got = i
	}
	return p, nil
}

func (p inspectPane) resize(s scene) pane {
	p.list = p.fitText(len(p.page(s)), s.h)
	return p
}

func (p inspectPane) bindings(k *keyMap) []paneBinding {
	turn := func(by int) func() (pane, request) {
		return func() (pane, request) {
			p.vital, p.got = (p.vital+by+len(beacon.Vitals))%len(beacon.Vitals), nil
			return p, nil
		}
	}
	return slices.Concat(
		listBindings(k, p.list, func(l list) pane { p.list = l; return p }),
		[]paneBinding{{k.nextMetric, turn(1)}, {k.previousMetric, turn(-1)}},
		closeBindings(p, k.back, k.inspect),
	)
}

func (p inspectPane) hints(k *keyMap) []key.Binding {
	return []key.Binding{k.nextMetric, key.NewBinding(key.WithHelp("↑ ↓", "scroll")), k.back, k.earlier, k.later, k.copy, k.help}
}

func (p inspectPane) summary(*frame.Frame) (string, bool) {
	i := p.got
	if i == nil {
		return "", false
	}
	where := p.by + "=" + i.Key
	if p.whole {
		where = "all"
	}
	format := formatOf(i.Vital)
	return fmt.Sprintf("%s: %s p75 %s, p95 %s (n=%s), %s good, %s poor", where,
		strings.ToUpper(i.Vital), format(i.Dist.P75), format(i.Dist.P95),
		measure.Count(float64(i.Dist.N)), measure.WholePercent(i.GoodShare), measure.WholePercent(i.PoorShare)), false
}

// formatOf writes values of a vital with their unit.
func formatOf(vital string) func(float64) string {
	return measure.Vitals[max(beacon.VitalIndex(vital), 0)].Unit.Format
}

func (p inspectPane) view(s scene) []string {
	lines := p.page(s)
	lines = lines[min(p.cursor, max(len(lines)-s.h, 0)):]
	return lines[:min(len(lines), s.h)]
}

// page draws all lines of the pane, of which some are in sight.
func (p inspectPane) page(s scene) []string {
	t := s.theme
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	if p.whole {
		w.Put(t.Strong, "all traffic in the filter")
	} else {
		w.Put(t.Strong, draw.Clean(p.by+"="+p.key, s.w/2))
	}
	lines := []string{"", w.Flush()}
	i := p.got
	if i == nil {
		w.Skip(margin)
		w.Put(t.Dim, "loading …")
		return append(lines, w.Flush())
	}
	lines = append(lines, p.spectrumLine(&w, i, t, s.w), p.shareLine(&w, i, t))
	lines = append(lines, trafficLines(i.Traffic, t, s.w)...)
	if i.Dist.N > 0 {
		lines = append(lines, "")
		lines = append(lines, distributionLines(i, t, s.w)...)
		lines = append(lines, "")
		lines = append(lines, heatLines(i, s)...)
	}
	lines = append(lines, "")
	if s.w < twoColumns {
		return append(lines, append(p.left(i, t, s.w), p.right(i, t, s.w)...)...)
	}
	half := s.w / 2
	left, right := strings.Join(p.left(i, t, half-2), "\n"), strings.Join(p.right(i, t, s.w-half), "\n")
	both := lipgloss.JoinHorizontal(lipgloss.Top, lipgloss.PlaceHorizontal(half, lipgloss.Left, left), right)
	return append(lines, draw.BlockLines(both)...)
}

// twoColumns is the width from which the lists are side by side.
const twoColumns = 100

func (p inspectPane) spectrumLine(w *draw.Line, i *frame.Inspection, t draw.Theme, width int) string {
	show := formatOf(i.Vital)
	w.Skip(margin)
	w.Put(t.Accent, strings.ToUpper(i.Vital))
	w.Put(t.Dim, " n ")
	w.Put(t.Text, measure.Count(float64(i.Dist.N))+thinMark(i.Dist.Thin()))
	for _, q := range i.Spectrum {
		if w.Len() > width-16 {
			break
		}
		w.Put(t.Dim, " p"+strconv.FormatFloat(100*q.Share, 'f', -1, 32)+" ")
		w.Put(t.Text, show(q.Value)+" ")
	}
	return w.Flush()
}

func (p inspectPane) shareLine(w *draw.Line, i *frame.Inspection, t draw.Theme) string {
	show := formatOf(i.Vital)
	w.Skip(margin)
	if i.Dist.N == 0 {
		w.Put(t.Dim, "not reported: some browsers lack it, some report it only on page exit")
		return w.Flush()
	}
	w.Put(t.Good, "■ good "+measure.WholePercent(i.GoodShare))
	w.Put(t.Dim, " up to "+show(i.Good)+"  ")
	w.Put(t.Warn, "■ needs improvement "+measure.WholePercent(max(0, 1-i.GoodShare-i.PoorShare))+"  ")
	w.Put(t.Bad, "■ poor "+measure.WholePercent(i.PoorShare))
	w.Put(t.Dim, " above "+show(i.Poor))
	return w.Flush()
}

// trafficLines compare people with monitors, and say what that means.
func trafficLines(c *frame.TrafficComparison, t draw.Theme, width int) (lines []string) {
	if c == nil {
		return nil
	}
	w := draw.Line{Width: width}
	w.Skip(margin)
	if c.Synthetic.Seen > 0 {
		putTraffic(&w, t, "people ", &c.People)
		if width < twoColumns {
			lines = append(lines, w.Flush())
			w.Skip(margin)
		} else {
			w.Put("", "   ")
		}
		putTraffic(&w, t, "monitors ", &c.Synthetic)
		lines = append(lines, w.Flush())
		w.Skip(margin)
	}
	w.Put(t.Dim, draw.Clean(c.Sentence(), max(width-margin, 0)))
	return append(lines, w.Flush())
}

// putTraffic writes one side of the comparison.
func putTraffic(w *draw.Line, t draw.Theme, name string, r *frame.TrafficRow) {
	w.Put(t.Accent, name)
	w.Put(t.Text, measure.Count(float64(r.Views))+" views · errors "+measure.Share.Format(r.ErrorRate))
	if r.LCP.N > 0 {
		w.Put(t.Text, " · LCP p75 "+formatOf(beacon.LCP)(r.LCP.P75)+thinMark(r.LCP.Thin()))
	}
}

// left is the column of a page load's phases and of the slowest pages.
func (p inspectPane) left(i *frame.Inspection, t draw.Theme, width int) []string {
	w := draw.Line{Width: width}
	lines := waterfall(i, t, width)
	if len(i.Pages) > 0 {
		lines = append(lines, heading(&w, t, "slowest pages", strings.ToUpper(i.Vital)+" p75", "n"))
		show := formatOf(i.Vital)
		for _, page := range i.Pages {
			lines = append(lines, listed(&w, t, page.Page, show(page.Dist.P75)+thinMark(page.Dist.Thin()), measure.Count(float64(page.Dist.N))))
		}
		lines = append(lines, "")
	}
	return lines
}

// waterfall draws the medians of a page load's phases one after the other, and
// below them the vitals, which count from the start of the load.
func waterfall(i *frame.Inspection, t draw.Theme, width int) []string {
	if len(i.Phases) == 0 {
		return nil
	}
	const name, value = 8, 10
	w := draw.Line{Width: width}
	lines := []string{heading(&w, t, "page load, median", "", "n")}
	longest, spent := 0.0, 0.0
	for _, ph := range i.Phases {
		if ph.Since {
			longest = max(longest, ph.P50)
		} else {
			spent += ph.P50
		}
	}
	longest = max(longest, spent, 1)
	room := max(width-margin-name-value-8, 0)
	at := 0.0
	for _, ph := range i.Phases {
		w.Skip(margin)
		w.PutLeft(t.Dim, ph.Name, name)
		w.PutRight(t.Text, measure.Duration(ph.P50), value)
		w.Skip(1)
		from, to := at, at+ph.P50
		if ph.Since {
			from, to = 0, ph.P50
		} else {
			at = to
		}
		begin, end := int(from/longest*float64(room)), int(math.Ceil(to/longest*float64(room)))
		w.Skip(begin)
		w.Fill(t.Accent, "▇", max(end-begin, 1))
		w.SkipTo(width - 7)
		w.PutRight(t.Dim, measure.Count(float64(ph.N)), 7)
		lines = append(lines, w.Flush())
	}
	return append(lines, "")
}

// right is the column of requests, funnel, custom measures and events.
func (p inspectPane) right(i *frame.Inspection, t draw.Theme, width int) []string {
	w := draw.Line{Width: width}
	var lines []string
	if len(i.Endpoints) > 0 {
		lines = append(lines, heading(&w, t, "requests seen by browsers", "ok", "failures"))
		host := commonHost(i.Endpoints)
		for _, e := range i.Endpoints {
			good := measure.Unknown
			if e.N > 0 {
				good = goodShare(1-float64(e.Failed)/float64(e.N)) + "%"
			}
			var failed []string
			for _, s := range e.Statuses[:min(len(e.Statuses), 2)] {
				failed = append(failed, measure.Count(float64(s.N))+"× "+statusName(s.Status))
			}
			lines = append(lines, listed(&w, t, e.Method+" "+strings.TrimPrefix(e.URL, host), good, strings.Join(failed, " ")))
		}
		lines = append(lines, "")
	}
	if len(i.Funnel) > 0 {
		lines = append(lines, heading(&w, t, "funnel, in sessions", "of step 1", "sessions"))
		for _, step := range i.Funnel {
			share := float64(step.Sessions) / float64(max(i.Funnel[0].Sessions, 1))
			lines = append(lines, listed(&w, t, step.Name, measure.WholePercent(share), measure.Count(float64(step.Sessions))))
		}
		lines = append(lines, "")
	}
	if len(i.CustomMeasures) > 0 {
		lines = append(lines, heading(&w, t, "custom measures", "p75", "n"))
		for _, c := range i.CustomMeasures {
			lines = append(lines, listed(&w, t, c.Name, measure.Plain(c.Dist.P75)+thinMark(c.Dist.Thin()), measure.Count(float64(c.Dist.N))))
		}
		lines = append(lines, "")
	}
	if len(i.Events) > 0 {
		lines = append(lines, heading(&w, t, "events", "users", "count"))
		for _, e := range i.Events {
			lines = append(lines, listed(&w, t, e.Name, measure.Count(float64(e.Users)), measure.Count(float64(e.N))))
		}
		lines = append(lines, "")
	}
	return lines
}

// commonHost is the scheme and host that all endpoints share, "" if they differ.
// It is left out of the list: it would take the room of the path.
func commonHost(endpoints []frame.EndpointRow) string {
	common := ""
	for k, e := range endpoints {
		u, err := url.Parse(e.URL)
		if err != nil || u.Host == "" {
			return ""
		}
		host := u.Scheme + "://" + u.Host
		if k > 0 && host != common {
			return ""
		}
		common = host
	}
	return common
}

// Widths of the two columns of numbers in the lists.
const (
	firstNumber  = 13
	secondNumber = 15
)

func heading(w *draw.Line, t draw.Theme, title, first, second string) string {
	w.Skip(margin)
	room := max(w.Width-margin-firstNumber-secondNumber, 8)
	w.PutLeft(t.Strong, draw.Clean(title, room), room)
	w.PutRight(t.Dim, first, firstNumber)
	w.PutRight(t.Dim, second, secondNumber)
	return w.Flush()
}

func listed(w *draw.Line, t draw.Theme, name, first, second string) string {
	room := max(w.Width-margin-firstNumber-secondNumber, 8)
	w.Skip(margin)
	w.PutLeft(t.Text, draw.Clean(name, room-1), room)
	w.PutRight(t.Text, first, firstNumber)
	w.Skip(1)
	w.PutRight(t.Dim, second, secondNumber-1)
	return w.Flush()
}

func statusName(status int) string {
	if status == 0 {
		return "no response"
	}
	return strconv.Itoa(status)
}
