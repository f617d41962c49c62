package snapshot

import (
	"slices"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/secret"
)

// Schema names the format that this package writes, and the newest that it
// reads. Additions do not change the number: readers ignore unknown members,
// columns and fields.
const Schema = "rumtop.snapshot/1"

// Meta is the member meta.json: the contents of a snapshot. A writer sets
// Schema, Counts and, if they are zero, From and To.
type Meta struct {
	Schema  string    `json:"schema"`
	Version string    `json:"version"` // of the software that wrote it
	Site    string    `json:"site"`
	TakenAt time.Time `json:"taken_at"`
	From    time.Time `json:"from"` // receive time of the first beacon
	To      time.Time `json:"to"`   // and of the last

	// Only is the filter of the recording; "": all beacons.
	Only string `json:"only,omitempty"`
	// View is the query on screen when the snapshot was taken. It does not
	// limit the contents.
	View View `json:"view"`

	Health  frame.Health    `json:"health"` // the trust counters when it was taken
	Markers []beacon.Marker `json:"markers"`
	Summary string          `json:"summary"` // by a person
	Notes   []Note          `json:"notes"`

	// Anonymised means that the file holds no users or sessions: page views
	// count as users.
	Anonymised bool `json:"anonymised"`
	// Missed counts beacons that were evicted while they were being written.
	Missed int64  `json:"missed,omitempty"`
	Counts Counts `json:"counts"`
}

// View is a query in the notation of flags.
type View struct {
	Filter   string         `json:"filter"`
	By       string         `json:"by"`
	WindowS  float64        `json:"window_s"`
	At       time.Time      `json:"at"` // right edge of the window
	Baseline frame.Baseline `json:"baseline"`
}

// Note is a note by a person.
type Note struct {
	At   time.Time `json:"time"`
	By   string    `json:"by,omitempty"`
	Text string    `json:"text"`
}

// Counts are the numbers of rows and distinct values of the file.
type Counts struct {
	Beacons  int64 `json:"beacons"`
	Views    int64 `json:"views"` // distinct; those without an id by their first beacon
	Users    int64 `json:"users"` // distinct, before anonymising
	Sessions int64 `json:"sessions"`
	Errors   int64 `json:"errors"`
	Requests int64 `json:"requests"`
	Events   int64 `json:"events"`
	Measures int64 `json:"measures"` // that are not vitals
	Traces   int64 `json:"traces"`
}

// Limits of the metadata of a file.
const (
	maxNotes   = 1000
	maxMarkers = 1000
	maxName    = 300     // cells
	maxText    = 8 << 10 // bytes
)

// sanitised is m without control characters of a terminal.
func (m Meta) sanitised() Meta {
	line := func(s *string) { *s = plain.Line(*s, maxName) }
	line(&m.Schema)
	line(&m.Version)
	line(&m.Site)
	line(&m.Only)
	line(&m.View.Filter)
	line(&m.View.By)
	line(&m.View.Baseline.Kind)
	// Older files have the user parts of URLs.
	m.Health.Server, m.Health.Note = secret.Server(m.Health.Server), secret.Text(m.Health.Note)
	line(&m.Health.Server)
	line(&m.Health.Note)
	line(&m.Health.Overrides)
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
