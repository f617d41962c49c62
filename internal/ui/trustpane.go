package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/ui/draw"
)

// trustPane explains the trust line: each claim about the quality of the data,
// what it means, and what to do if it is wrong.
type trustPane struct {
	list
	presence string // why viewers do not see each other; "" if they do
}

func openTrust(m model) (model, tea.Cmd) {
	var p trustPane
	if m.presence.with != nil {
		p.presence = m.presence.with.Note()
	}
	return openPage(p)(m)
}

func (p trustPane) ask(q frame.Query, _ int) frame.Query { return q }

func (p trustPane) room() room { return roomPage }

func (p trustPane) receive(*frame.Frame) (pane, request) { return p, nil }

func (p trustPane) resize(s scene) pane {
	if s.frame != nil {
		all := p.claims(s.frame, s.loc)
		p.list = p.fit(len(all), trustRows(all, s))
	}
	return p
}

// claims are those of the frame, and why viewers do not see each other.
func (p trustPane) claims(f *frame.Frame, loc *time.Location) []claim {
	list := claims(f, loc)
	if p.presence != "" {
		list = append(list, claim{"presence", "off", calm, p.presence + "; numbers unaffected"})
	}
	return list
}

func (p trustPane) bindings(k *keyMap) []paneBinding {
	return append(listBindings(k, p.list, func(l list) pane { p.list = l; return p }),
		closeBindings(p, k.back, k.trust)...)
}

func (p trustPane) hints(k *keyMap) []key.Binding {
	return []key.Binding{k.back, k.pause, k.copy, k.help}
}

func (p trustPane) summary(f *frame.Frame) (string, bool) {
	var parts []string
	for _, c := range claims(f, time.UTC) {
		if c.weight >= doubtful {
			parts = append(parts, c.name+" "+c.value)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "no data quality problems")
	}
	if draw.Finite(f.Health.PerS) {
		parts = append(parts, measure.Count(coarse(f.Health.PerS))+" beacons/s")
	}
	parts = append(parts, sampling(f.Health.SampleRate))
	return strings.Join(parts, " · "), false
}

// claim is one statement about the quality of the data.
type claim struct {
	name, value string
	weight      gravity
	meaning     string
}

func claims(f *frame.Frame, loc *time.Location) []claim {
	h := &f.Health
	weigh := func(wrong bool, g gravity) gravity {
		if wrong {
			return g
		}
		return calm
	}
	loss := func(name string, n int64, g gravity, meaning string) claim {
		return claim{name, measure.Count(float64(n)), weigh(n > 0, g), meaning}
	}
	connected := "yes"
	if !h.Connected {
		connected = "no"
	}
	list := []claim{
		{"connected", connected, weigh(!h.Connected, grave), h.Server + "; no new data while disconnected"},
		{"beacons/s", measure.Count(coarse(h.PerS)), calm, "mean over the window; compare with your usual rate"},
		{"newest beacon", draw.Span(time.Duration(h.QuietS * float64(time.Second))), weigh(quiet(f), grave),
			"since the last one arrived; silence is not health"},
		{"lag", draw.Span(time.Duration(h.LagMS * float64(time.Millisecond))), weigh(h.LagMS > 10_000, doubtful),
			"from the collector to this screen"},
		{"volume", volume(f, loc), weigh(len(f.Silences) > 0, grave),
			"each region, page, device, browser, OS, country vs its last hour"},
		{"sampling", sampling(h.SampleRate), calm, "lowest rate in the window; counts are scaled up to match (≈)"},
		coverage(&f.Total),
	}
	if h.Overrides != "" {
		list = slices.Insert(list, 1, claim{"settings", "mixed", doubtful, h.Overrides})
	}
	from := "none"
	if h.HistoryFrom != nil {
		from = h.HistoryFrom.In(loc).Format("15:04:05 MST")
	}
	list = append(list,
		claim{"history", from, weigh(!h.History, doubtful),
			historyClaim(h) + "oldest of " + measure.Count(float64(h.Retained)) + " beacons in memory"},
		loss("dropped", h.Dropped, grave, "lost on the way to this viewer: slow network or machine"),
		loss("gaps", h.Gaps, grave, "messages missing from the stream: expired, or never stored"),
		loss("malformed", h.Malformed, grave, "undecodable batches: newer collector, or a foreign publisher"),
		loss("evicted", h.Evicted, doubtful, "beacons evicted early: raise --memory"),
		loss("overflow", h.Overflow, doubtful, "beacons in (other): a dimension is over its cap"),
		loss("muted", h.MutedErrors, calm, "errors excluded by --mute-error"),
		loss("bots", int64(h.Excluded.Bots), calm, "views by crawlers, previews, agents, left out; see :traffic bot"),
		loss("synthetic", int64(h.Excluded.Synthetic), calm, "views by monitors and tests, left out; see :traffic synthetic"),
		loss("extensions", int64(h.Excluded.Errors), calm, "errors of browser extensions, left out; see :traffic extension"),
		loss("late", h.Late, calm, "over 5 s behind the newest; counted at receive time"),
		loss("duplicates", h.Duplicates, calm, "resent by a browser or collector; counted once"),
		loss("reconnects", h.Reconnects, calm, "to NATS since start; history fills the gaps"),
		claim{"skew p95", measure.TailSeconds(h.SkewP95MS) + " s", weigh(h.SkewN >= frame.Thin && h.SkewP95MS > 60_000, doubtful),
			"browser vs collector clock; windows use the collector's"},
	)
	if h.CollectorsProblem != "" {
		list = append(list, claim{"stored", "not as it should", grave, h.CollectorsProblem})
	}
	if h.CollectorsWaitingS > maxWaiting.Seconds() {
		list = append(list, claim{"unacknowledged", draw.Span(time.Duration(h.CollectorsWaitingS * float64(time.Second))), grave,
			"oldest batch of a collector that the stream has not acknowledged; see rumtop doctor"})
	}
	for _, c := range []claim{
		loss("people", int64(h.Excluded.People), doubtful, "views by people, left out by this traffic; see :traffic people"),
		loss("denied", h.CollectorsDenied, doubtful, "whole requests: origin, key, limits; see rumtop doctor"),
		loss("not forwarded", h.CollectorsUnforwarded, doubtful, "requests that a vendor did not accept; see rumtop doctor"),
	} {
		if c.weight > calm {
			list = append(list, c)
		}
	}
	return append(list, cappedClaims(h)...)
}

// cappedClaims are what has been left out because a table is full. What is
// missing from the numbers themselves has claims of its own.
func cappedClaims(h *frame.Health) (list []claim) {
	for _, c := range [...]struct {
		name    string
		n       int64
		weight  gravity
		meaning string
	}{
		{"old markers", h.Capped.Markers, calm, "the oldest of over 200: no longer on charts"},
		{"releases unseen", h.Capped.Releases, doubtful, "over 500: no marker when they appear; counted as usual"},
		{"unwatched", h.Capped.Unwatched, calm, "values over 40 a dimension, 400 in all: findings are not looked for in each; counted as usual"},
		{"volume unseen", h.Capped.Volumes, doubtful, "segments over 4000: their silence goes unnoticed; counted as usual"},
		{"findings old", h.Capped.Findings, calm, "the oldest of over 100: not in reports"},
		{"other reports", h.Capped.Collectors, doubtful, "of collectors over 64, or no reports at all; see rumtop doctor"},
		{"breaches untold", h.Capped.Breaches, grave, "not told to --on-breach: its command is slower than they come"},
	} {
		if c.n > 0 {
			list = append(list, claim{c.name, measure.Count(float64(c.n)), c.weight, c.meaning})
		}
	}
	return list
}

// historyClaim is why there is no history, if JetStream refuses it.
func historyClaim(h *frame.Health) string {
	if h.HistoryReason == "" {
		return ""
	}
	return h.Note + "; "
}

// coverage is the share of page views that report each vital. Nothing is assumed
// of the others.
func coverage(r *frame.Row) claim {
	reported := func(d frame.Dist) string {
		if r.Seen == 0 {
			return measure.Unknown
		}
		return measure.WholePercent(min(float64(d.N)/float64(r.Seen), 1))
	}
	return claim{"coverage", reported(r.LCP) + " " + reported(r.INP) + " " + reported(r.CLS), calm,
		"of views report LCP, INP, CLS (FCP " + reported(r.FCP) + ", TTFB " + reported(r.TTFB) + "); unsent is not zero"}
}

// volume reports whether all segments send as many beacons as expected.
func volume(f *frame.Frame, loc *time.Location) string {
	if len(f.Silences) == 0 {
		return "as expected"
	}
	return silenceText(&f.Silences[0], f.At, loc)
}

// The columns of a claim; its meaning takes the rest.
const (
	trustHeading = 3 // lines above the claims
	claimName    = 16
	claimValue   = 22
)

func meaningWidth(s scene) int { return max(s.w-margin-claimName-claimValue, 0) }

// meaningsApart reports whether the meaning of the claim under the cursor is
// below the list, since some have no room beside their value.
func meaningsApart(list []claim, s scene) bool {
	return s.h-trustHeading >= 8 && slices.ContainsFunc(list, func(c claim) bool {
		return draw.Cells(draw.Clean(c.meaning, 200)) > meaningWidth(s)
	})
}

// trustRows is how many claims have room.
func trustRows(list []claim, s scene) int {
	rows := s.h - trustHeading
	if meaningsApart(list, s) {
		rows -= 1 + lengthy
	}
	return rows
}

func (p trustPane) view(s scene) []string {
	f := s.frame
	if f == nil {
		return nil
	}
	list := p.claims(f, s.loc)
	w := draw.Line{Width: s.w}
	w.Skip(margin)
	w.Put(s.theme.Strong, "data quality")
	lines := []string{"", w.Flush(), ""}
	from, to := p.inSight()
	for i, c := range list[from:to] {
		style, sign := s.theme.Text, "   "
		if c.weight >= doubtful {
			style, sign = c.weight.style(s.theme), " ! "
		}
		nameStyle := s.theme.Dim
		if from+i == p.cursor {
			nameStyle = s.theme.Strong
			if sign == "   " {
				w.Put(s.theme.Accent, " ▶ ")
				sign = ""
			}
		}
		w.Put(style, sign)
		w.PutLeft(nameStyle, c.name, claimName)
		w.PutLeft(style, draw.Clean(c.value, claimValue-1), claimValue)
		w.Put(s.theme.Dim, draw.Clean(c.meaning, meaningWidth(s)))
		lines = append(lines, w.Flush())
	}
	if meaningsApart(list, s) && p.cursor < len(list) {
		lines = append(lines, "")
		text := list[p.cursor].name + ": " + list[p.cursor].meaning
		for _, line := range wrapped(draw.Clean(text, lengthy*(s.w-margin)), s.w-margin, lengthy) {
			w.Skip(margin)
			w.Put(s.theme.Text, line)
			lines = append(lines, w.Flush())
		}
	}
	return lines
}

// lengthy is how many lines a meaning takes below the list.
const lengthy = 2

// wrapped breaks a text into at most n lines of a width; the last one is cut.
func wrapped(text string, width, n int) []string {
	lines := strings.Split(ansi.Wordwrap(text, width, ""), "\n")
	if len(lines) > n {
		lines[n-1] = draw.Clean(strings.Join(lines[n-1:], " "), width)
		lines = lines[:n]
	}
	return lines
}
