package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
)

// printFrame writes one frame in a format. The aggregator has sanitised its
// strings.
func printFrame(w io.Writer, f *frame.Frame, format string, first bool) error {
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(f)
	case "csv":
		return printCSV(w, f, first)
	}
	return printTable(w, f)
}

// finding is what got worse, "" if nothing did.
func finding(f *frame.Finding) string {
	if f.State != frame.FindingOn {
		return ""
	}
	m, _ := measure.ByKey(f.Measure)
	s := fmt.Sprintf("%s %s, was %s", m.Title, m.Unit.Format(f.Now.Value), m.Unit.Format(f.Before.Value))
	if f.Filter != "" {
		s += " where " + plain.Line(f.Filter, 200)
	}
	return s + fmt.Sprintf(" · %s · since %s", measure.Quantity(float64(f.Affected), "user", "users"), f.Since.UTC().Format("15:04:05Z"))
}

// printCSV writes a line per segment and one for the total, whose key is empty.
func printCSV(w io.Writer, f *frame.Frame, header bool) error {
	out := csv.NewWriter(w)
	if header {
		columns := []string{"at", "by", "key", "views", "errors", "errored_views", "error_rate", "users", "affected_users", "requests", "failed_requests"}
		for _, v := range beacon.Vitals {
			columns = append(columns, distColumns(v)...)
		}
		if f.Measure != "" {
			columns = append(columns, distColumns(plain.Cell(plain.Line(f.Measure, 0)))...)
		}
		if err := out.Write(columns); err != nil {
			return err
		}
	}
	for i := -1; i < len(f.Segments); i++ {
		row := &f.Total
		if i >= 0 {
			row = &f.Segments[i]
		}
		count := func(c frame.Count) string { return strconv.FormatInt(int64(math.Round(float64(c))), 10) }
		line := []string{
			f.At.UTC().Format(time.RFC3339), f.By, plain.Cell(plain.Line(row.Key, 0)), count(row.Views), count(row.Errors), count(row.ErroredViews),
			csvNumber(row.ErrorRate), strconv.Itoa(row.Users), strconv.Itoa(row.Affected), count(row.Requests), count(row.FailedRequests),
		}
		for i := range beacon.Vitals {
			line = append(line, distCells(row.Vital(i))...)
		}
		if f.Measure != "" {
			line = append(line, distCells(row.Measure)...)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// distColumns are the columns of a distribution in CSV.
func distColumns(name string) []string {
	return []string{name + "_n", name + "_p50", name + "_p75", name + "_p95", name + "_p99"}
}

// distCells are the cells of a distribution in CSV; nil is one of no values. A
// percentile of none is empty: 0 would read as perfect.
func distCells(d *frame.Dist) []string {
	if d == nil || d.N == 0 {
		return []string{"0", "", "", "", ""}
	}
	return []string{strconv.Itoa(d.N), csvNumber(d.P50), csvNumber(d.P75), csvNumber(d.P95), csvNumber(d.P99)}
}

func csvNumber(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// printTable writes total, segments, errors and data quality as text.
func printTable(w io.Writer, f *frame.Frame) error {
	b := &strings.Builder{}
	_, _ = fmt.Fprintf(b, "rumtop  %s  %s  window %s  by %s", plain.Line(f.Site, 40), f.At.UTC().Format("2006-01-02 15:04:05Z"), seconds(f.WindowS), plain.Line(f.By, 40))
	if f.Filter != "" {
		_, _ = fmt.Fprintf(b, "  where %s", plain.Line(f.Filter, 200))
	}
	b.WriteByte('\n')
	for _, warning := range f.Warnings {
		_, _ = fmt.Fprintf(b, "! %s\n", plain.Line(warning, 200))
	}
	if s := finding(&f.Finding); s != "" {
		_, _ = fmt.Fprintf(b, "▲ %s\n", s)
	}
	b.WriteByte('\n')
	_ = segmentTable(f).write(b)
	if f.Hidden > 0 {
		_, _ = fmt.Fprintf(b, "and %d more\n", f.Hidden)
	}
	if len(f.Errors) > 0 {
		b.WriteString("\ntop errors\n")
		for _, e := range f.Errors {
			_, _ = fmt.Fprintf(b, "%6.0f×  %s: %s  · %s · %s\n", float64(e.Count), plain.Line(e.Type, 40), plain.Line(e.Message, 100), measure.Quantity(float64(e.Users), "user", "users"), e.Fingerprint)
		}
	}
	_, _ = fmt.Fprintf(b, "\ntrust: %s\n", trust(&f.Health))
	if left := f.Health.Excluded.String(); left != "" {
		_, _ = fmt.Fprintf(b, "left out: %s; these numbers are of %s: --traffic all counts everything\n", left, f.Traffic)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// segmentTable is the total and the segments.
func segmentTable(f *frame.Frame) *table {
	head := []string{
		plain.Line(f.By, 30), "views", "error rate", "Δ", "LCP p75", "p95", "n", "INP p75", "p95", "n", "CLS p75", "n", "users", "affected",
	}
	if f.Measure != "" {
		head = append(head, plain.Line(f.Measure, 30)+" p75", "p95", "n")
	}
	t := &table{columns: strings.Repeat("r", len(head))}
	t.add(head...)
	line := func(key string, r *frame.Row) {
		row := []string{
			plain.Line(key, 40), viewCount(r), errorRate(r), errorRateDelta(r),
			percentile(measure.LCP, r.LCP, r.LCP.P75), percentile(measure.LCP, r.LCP, r.LCP.P95), strconv.Itoa(r.LCP.N),
			percentile(measure.INP, r.INP, r.INP.P75), percentile(measure.INP, r.INP, r.INP.P95), strconv.Itoa(r.INP.N),
			percentile(measure.CLS, r.CLS, r.CLS.P75), strconv.Itoa(r.CLS.N), strconv.Itoa(r.Users), strconv.Itoa(r.Affected),
		}
		if f.Measure != "" {
			row = append(row, ownMeasure(r.Measure)...)
		}
		t.add(row...)
	}
	line("all", &f.Total)
	for i := range f.Segments {
		line(f.Segments[i].Key, &f.Segments[i])
	}
	return t
}

// ownMeasure are the cells of a measure of the page's own, which has no unit.
func ownMeasure(d *frame.Dist) []string {
	if d == nil || d.N == 0 {
		return []string{measure.Unknown, measure.Unknown, "0"}
	}
	thin := ""
	if d.Thin() {
		thin = "~"
	}
	return []string{csvNumber(d.P75) + thin, csvNumber(d.P95) + thin, strconv.Itoa(d.N)}
}

func seconds(s float64) string { return time.Duration(s * float64(time.Second)).String() }

func viewCount(r *frame.Row) string {
	s := measure.Whole(float64(r.Views))
	if r.Estimated {
		return "≈" + s
	}
	return s
}

func errorRate(r *frame.Row) string {
	if r.Views == 0 && r.ErroredViews == 0 {
		return measure.Unknown
	}
	return measure.Share.Format(r.ErrorRate)
}

func errorRateDelta(r *frame.Row) string {
	d := r.Delta.ErrorRate
	switch {
	case !d.Known:
		return measure.Unknown
	case d.Sign == 0:
		return "="
	}
	return measure.Share.Change(d.Diff)
}

// percentile writes a percentile of a vital; ~ marks a thin one.
func percentile(id measure.ID, d frame.Dist, v float64) string {
	if d.N == 0 {
		return measure.Unknown
	}
	s := measure.All[id].Unit.Format(v)
	if d.Thin() {
		return s + "~"
	}
	return s
}

// trust describes the data quality in words.
func trust(h *frame.Health) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if h.Connected {
		add("connected")
	} else {
		add("NOT CONNECTED")
	}
	if h.Note != "" {
		add("%s", plain.Line(h.Note, 200))
	}
	if !h.History {
		add("no history")
	} else if h.HistoryFrom != nil {
		add("history from %s", h.HistoryFrom.UTC().Format("15:04:05Z"))
	}
	if h.Loading < 1 {
		add("history %d%% read", int(100*h.Loading))
	}
	if !math.IsNaN(h.PerS) && !math.IsInf(h.PerS, 0) {
		add("%.0f beacons/s", h.PerS)
	}
	if h.QuietS > 30 {
		add("no beacons for %s", seconds(math.Round(h.QuietS)))
	}
	if h.SampleRate < 1 {
		add("sampled at %.3g%%: counts are estimates", 100*h.SampleRate)
	}
	add("%d dropped", h.Dropped)
	add("%s", measure.Quantity(float64(h.Gaps), "gap", "gaps"))
	for _, c := range []struct {
		n    int64
		what string
	}{{h.Malformed, "malformed"}, {h.Late, "late"}, {h.Duplicates, "duplicate"}, {h.Overflow, "over cap"}, {h.Evicted, "evicted by --memory"}} {
		if c.n > 0 {
			add("%d %s", c.n, c.what)
		}
	}
	if h.SkewN > 0 {
		add("clock skew p95 %.1fs", h.SkewP95MS/1000)
	}
	return strings.Join(parts, " · ")
}
