package report

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// Limits of a report.
const (
	maxBreakdowns = 12
	maxShown      = 15 // segments of a breakdown
	maxErrors     = 10
	maxFindings   = 6
	maxText       = 16 << 10 // bytes of a summary or a note
	maxLine       = 300      // cells of a name
	maxStack      = 4 << 10  // bytes
)

// ErrNothing means that no beacon of the file is in the time range and matches
// the filter.
var ErrNothing = errors.New("nothing to report: no beacon of the file is in the time range and matches the filter")

// Build reads a snapshot and makes its report. It takes some seconds for
// millions of beacons, and as much memory as o.Config allows.
func Build(f *snapshot.File, o Options) (*Report, error) {
	if o.MinCohort <= 0 {
		o.MinCohort = DefaultMinCohort
	}
	if len(o.By) == 0 {
		o.By = DefaultBy()
	}
	o.By = compact(o.By)
	if len(o.By) > maxBreakdowns {
		return nil, fmt.Errorf("%d dimensions: too many: break down by at most %d", len(o.By), maxBreakdowns)
	}
	l, err := load(f, &o)
	if err != nil {
		return nil, err
	}
	if l.first.IsZero() {
		return nil, ErrNothing
	}
	b := builder{recording: l, o: &o}
	if err := b.setRange(); err != nil {
		return nil, err
	}
	b.setHeader()
	return &b.r, b.setContent()
}

// builder makes a report, part by part.
type builder struct {
	*recording
	o            *Options
	r            Report
	phases       []frame.Query // by the first dimension
	during       int           // index of the incident's
	hasBefore    bool          // there is a phase before it, as long as it or shorter
	markers      []beacon.Marker
	incidentRows map[string]map[string]*frame.Row // of the incident, by dimension and key, with nothing hidden
	// conjunctions are the combined terms of each of the report's Differs.
	conjunctions [][]frame.Term
}

// setRange sets the report's time range: the requested one, within the
// recording.
func (b *builder) setRange() error {
	r := &b.r
	r.From, r.To = b.first.Add(-time.Millisecond).Truncate(time.Second), b.last
	if !b.o.From.IsZero() {
		r.From = b.o.From.UTC().Truncate(time.Millisecond)
	}
	if !b.o.To.IsZero() && b.o.To.Before(r.To) {
		r.To = b.o.To.UTC().Truncate(time.Millisecond)
	}
	switch {
	case r.From.After(b.last):
		return ErrNothing
	case r.To.Sub(r.From) < time.Second:
		return fmt.Errorf("from %s to %s: too short: a report covers at least a second", timeFlag(r.From), timeFlag(r.To))
	}
	return nil
}

func latest(x, y time.Time) time.Time {
	if y.After(x) {
		return y
	}
	return x
}

// setHeader fills in everything that needs no frame.
func (b *builder) setHeader() {
	m, r := &b.meta, &b.r
	r.Schema, r.Version, r.Site, r.Filter = Schema, b.o.Version, m.Site, plain.Line(b.o.Filter.String(), 0)
	r.Source = Source{
		File: plain.Line(b.o.File, maxLine), Version: m.Version, TakenAt: m.TakenAt, From: m.From, To: m.To,
		Only: m.Only, Beacons: m.Counts.Beacons, Anonymised: m.Anonymised,
	}
	r.Privacy.MinCohort = b.o.MinCohort
	r.Summary = plain.Text(cmp.Or(b.o.Summary, m.Summary), maxText)
	r.Notes = []Note{}
	for _, n := range m.Notes {
		r.Notes = append(r.Notes, Note{At: n.At, By: plain.Line(n.By, maxLine), Text: plain.Text(n.Text, maxText)})
	}
	for _, text := range b.o.Notes {
		r.Notes = append(r.Notes, Note{Text: plain.Text(text, maxText)})
	}
}

// setContent fills in the rest. A new grouping or filter rebuilds the
// aggregator's slots from the log, so queries with the same one are together.
func (b *builder) setContent() error {
	r, by := &b.r, b.o.By[0]
	b.frameOf(frame.Query{Filter: b.o.Filter, Traffic: b.o.Traffic, By: by, Window: time.Minute}) // findings name the markers, which are set by now
	episodes := b.agg.Episodes()
	q := queryOver(b.o, by, r.From, r.To)
	whole := b.frameOf(q)
	if whole.Total.Beacons == 0 {
		if err := b.o.Filter.Validate(whole.Tags); err != nil {
			return err
		}
		return ErrNothing
	}
	r.All, r.Commands.All = newRow(&whole.Total, b.o.MinCohort), b.openCommand(q)
	r.Privacy.Concealed += suppressRows([]*Row{&r.All}, 0, b.o.MinCohort)
	b.markers = whole.Markers
	b.setIncident(episodes)
	b.setPhases()
	b.setChart(by)
	b.setObjectives(by)
	b.setErrors(by)
	fields := b.setDiffers(by, episodes)
	for _, by := range b.o.By {
		b.addBreakdown(by)
	}
	b.setVerdict()
	b.setSilences()
	b.suppressDiffers(fields)
	b.setFindings(episodes)
	b.setTimeline()
	b.setCaveats(whole)
	return nil
}
