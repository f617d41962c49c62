package snapshot

import (
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// Schema names the format that this package writes, and the newest that it
// reads. What is added to it does not change the number: readers ignore members,
// columns and fields that they do not know.
const Schema = "rumtop.snapshot/1"

// Meta says what a snapshot is of. It is the member meta.json. A writer fills in
// Schema, Counts and, where they are zero, From and To.
type Meta struct {
	Schema  string    `json:"schema"`
	Version string    `json:"version"` // of the software that wrote it
	Site    string    `json:"site"`
	TakenAt time.Time `json:"taken_at"`
	From    time.Time `json:"from"` // receive time of the first beacon
	To      time.Time `json:"to"`   // and of the last

	// Only, in the filter grammar, is what beacons had to pass to be recorded;
	// "": all of them were.
	Only string `json:"only,omitempty"`
	// View is the question on screen when the snapshot was taken. It left
	// nothing out of the file.
	View View `json:"view"`

	Health  frame.Health    `json:"health"` // the trust counters at that moment
	Markers []beacon.Marker `json:"markers"`
	Summary string          `json:"summary"` // what a person says of it
	Notes   []Note          `json:"notes"`

	// Anonymised says that the file holds no user and no session: page views
	// count as users.
	Anonymised bool `json:"anonymised"`
	// Missed counts beacons that were evicted while they were being written.
	Missed int64  `json:"missed,omitempty"`
	Counts Counts `json:"counts"`
}

// View is a question, as flags and people write it.
type View struct {
	Filter   string         `json:"filter"`
	By       string         `json:"by"`
	WindowS  float64        `json:"window_s"`
	At       time.Time      `json:"at"` // right edge of the window
	Baseline frame.Baseline `json:"baseline"`
}

// Note is something that a person wrote down beside the snapshot.
type Note struct {
	At   time.Time `json:"time"`
	By   string    `json:"by,omitempty"`
	Text string    `json:"text"`
}

// Counts is how much of everything the file holds.
type Counts struct {
	Beacons  int64 `json:"beacons"`
	Views    int64 `json:"views"` // distinct page views that beacons belong to; one without an id by its beginning
	Users    int64 `json:"users"` // distinct, before anything was anonymised
	Sessions int64 `json:"sessions"`
	Errors   int64 `json:"errors"`
	Requests int64 `json:"requests"`
	Events   int64 `json:"events"`
	Measures int64 `json:"measures"` // beside the vitals
	Traces   int64 `json:"traces"`
}

// The most that is kept of what a file says.
const (
	maxNotes   = 1000
	maxMarkers = 1000
	maxName    = 300     // cells
	maxText    = 8 << 10 // bytes
)

// clean is m without what could drive a terminal.
func (m Meta) clean() Meta {
	line := func(s *string) { *s = plain.Line(*s, maxName) }
	line(&m.Schema)
	line(&m.Version)
	line(&m.Site)
	line(&m.Only)
	line(&m.View.Filter)
	line(&m.View.By)
	line(&m.View.Baseline.Kind)
	line(&m.Health.Server)
	line(&m.Health.Note)
	m.Summary = plain.Text(m.Summary, maxText)
	m.Notes = slices.Clone(m.Notes[:min(len(m.Notes), maxNotes)])
	for i := range m.Notes {
		line(&m.Notes[i].By)
		m.Notes[i].Text = plain.Text(m.Notes[i].Text, maxText)
	}
	m.Markers = slices.Clone(m.Markers[:min(len(m.Markers), maxMarkers)])
	for i := range m.Markers {
		k := &m.Markers[i]
		for _, s := range []*string{&k.ID, &k.Kind, &k.Text, &k.By, &k.Filter} {
			line(s)
		}
	}
	return m
}
