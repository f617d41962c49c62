// Package report writes up what a snapshot holds: the document that a postmortem
// begins with. [Build] asks the snapshot's log for frames, the same that screens
// and scripts show, and makes of them a plain value in which groups of few people
// are concealed. HTML, Markdown, CSV and JSON render that value.
//
// Nothing in a report is prose that somebody did not write: it holds figures, what
// they rest on, and the command that prints each again. docs/reports.md describes it.
package report

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/filter"
	"github.com/rumtop/rumtop/internal/frame"
)

// Schema names the JSON document that a [Report] marshals to.
const Schema = "rumtop.report/1"

// Options say what to report of a snapshot.
type Options struct {
	From, To   time.Time   // zero: all that the file holds
	Filter     filter.Expr // whom the report is about
	By         []string    // dimensions and tags to break down by; none: DefaultBy
	Onset, End time.Time   // of the incident, as a person knows them; zero: as far as they can be found
	MinCohort  int         // users; groups of fewer are concealed. 0: DefaultMinCohort
	Summary    string      // of a person; "": the file's
	Notes      []string    // beside those of the file
	Config     agg.Config  // memory, and objectives to hold the incident against
	Version    string      // of the software
	// File is the snapshot's name in commands. Flags are what else they need for
	// the figures to be the same, and ObjectiveFlags for objectives.
	File                  string
	Flags, ObjectiveFlags []string
}

// DefaultMinCohort is how many users a group has to have to be told of.
const DefaultMinCohort = 5

// DefaultBy is what incidents are broken down by.
func DefaultBy() []string {
	var names []string
	for _, d := range beacon.DimsBy(func(d *beacon.Dimension) int { return d.Drill }) {
		if beacon.Dimensions[d].Reported {
			names = append(names, d.String())
		}
	}
	return names
}

// Report is what is known of an incident, or of any span of time. Every string in
// it is fit for a terminal; none is fit for HTML or Markdown as it is.
type Report struct {
	Schema  string    `json:"schema"`
	Version string    `json:"version"` // of the software that wrote the report
	Site    string    `json:"site"`
	From    time.Time `json:"from"` // exclusive
	To      time.Time `json:"to"`   // inclusive
	Filter  string    `json:"filter"`
	Source  Source    `json:"source"`
	Privacy Privacy   `json:"privacy"`

	Summary string `json:"summary"` // as a person wrote it
	Notes   []Note `json:"notes"`

	Incident Incident  `json:"incident"`
	Findings []Finding `json:"findings"` // the gravest first
	Timeline []Event   `json:"timeline"` // in order of time

	All    Row     `json:"all"` // over the whole span
	Phases []Phase `json:"phases"`
	// Affected is over the incident, or over the span where none is known: a union.
	Affected   Figure      `json:"affected_users"`
	Breakdowns []Breakdown `json:"breakdowns"`
	Errors     []Error     `json:"errors"`
	Fewer      bool        `json:"errors_of_few"` // there are errors that only a concealed number of users had
	Differs    []Differs   `json:"differs"`
	Verdict    *Verdict    `json:"verdict"` // nil: there are no two releases
	Silences   []Silence   `json:"silences"`
	Objectives []Objective `json:"objectives"`
	Chart      Chart       `json:"chart"`
	Caveats    []string    `json:"caveats"`
	Commands   Commands    `json:"commands"`
}

// Source is the file that a report is of.
type Source struct {
	File       string    `json:"file"`
	Version    string    `json:"version"` // of the software that recorded it
	TakenAt    time.Time `json:"taken_at"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Only       string    `json:"only"` // filter of the recording
	Beacons    int64     `json:"beacons"`
	Anonymised bool      `json:"anonymised"`
}

// Privacy is what was concealed.
type Privacy struct {
	MinCohort int `json:"min_cohort"`
	Concealed int `json:"concealed"` // rows and points of charts
}

// Note is what a person wrote down.
type Note struct {
	At   time.Time `json:"time,omitzero"`
	By   string    `json:"by,omitempty"`
	Text string    `json:"text"`
}

// Incident is when it was.
type Incident struct {
	Onset Moment `json:"onset"`
	End   Moment `json:"end"`
}

// Moment is a point in time, and how it is known.
type Moment struct {
	At     time.Time `json:"time,omitzero"`
	From   time.Time `json:"from,omitzero"` // with To, its 95 % interval, where it was reckoned
	To     time.Time `json:"to,omitzero"`
	Source string    `json:"source"` // SourcePerson, …
	Why    string    `json:"why"`    // the same in words
}

// How a moment is known.
const (
	SourcePerson  = "person"  // somebody said so
	SourceFinding = "finding" // a change in the figures
	SourceMarker  = "marker"  // somebody did something then
	SourceUnknown = "unknown"
)

// Known reports whether there is a time.
func (m Moment) Known() bool { return m.Source != SourceUnknown }

// Finding is something that got worse.
type Finding struct {
	Measure   string          `json:"measure"`
	Filter    string          `json:"filter"` // who; "": everyone
	Explained float64         `json:"explained"`
	Before    *frame.Estimate `json:"before"`            // nil, as Last: of too few people
	Against   string          `json:"against,omitempty"` // "all": Before is everyone's
	Last      *frame.Estimate `json:"last"`              // its last five minutes
	Over      Row             `json:"over"`              // from Since to Until, for who
	Since     time.Time       `json:"since"`
	SinceFrom time.Time       `json:"since_from"`
	SinceTo   time.Time       `json:"since_to"`
	Until     time.Time       `json:"until,omitzero"` // zero: the record ended before it
	After     string          `json:"after,omitempty"`
	P         float64         `json:"p"`
	Segments  int             `json:"segments_watched"`
	Command   string          `json:"command"` // prints Over
}

// Event is an entry of the timeline.
type Event struct {
	At   time.Time `json:"time"`
	Kind string    `json:"kind"` // record, onset, end, finding, or a marker's kind
	Text string    `json:"text"`
	By   string    `json:"by,omitempty"`
}

// Phase is a part of the span.
type Phase struct {
	Name    string    `json:"name"` // before, during, after; whole where no incident is known
	From    time.Time `json:"from"` // exclusive
	To      time.Time `json:"to"`
	Total   Row       `json:"total"`
	Command string    `json:"command"`
}

// Breakdown is how the phases divide by a dimension or tag. Its rows overlap where
// people are in several.
type Breakdown struct {
	By       string    `json:"by"`
	Segments []Segment `json:"segments"` // by affected users of the incident, the most first
	Hidden   int       `json:"hidden"`   // segments beyond those
	Commands []string  `json:"commands"` // one for each phase
}

// Segment is a value of a dimension or tag. Its rows are those of the report's
// phases; nil where it had no beacon.
type Segment struct {
	Key  string `json:"key"`
	Rows []*Row `json:"phases"`
}

// Error is a group of errors, over the incident.
type Error struct {
	Fingerprint string    `json:"fingerprint"`
	Type        string    `json:"type"`
	Message     string    `json:"message"`
	Stack       string    `json:"stack"` // a sample
	Handled     bool      `json:"handled"`
	Count       Figure    `json:"count"`
	Users       Figure    `json:"users"`
	FirstSeen   time.Time `json:"first_seen"` // in the file
	LastSeen    time.Time `json:"last_seen"`
	Releases    []string  `json:"releases"`
	New         *bool     `json:"new"` // not seen before the onset; nil: the record begins no earlier
	Command     string    `json:"command"`
}

// Differs is what tells some page views of the incident from others.
type Differs struct {
	Of       string       `json:"of"`
	Against  string       `json:"against"`
	A        Figure       `json:"a"`
	B        Figure       `json:"b"`
	Values   []Difference `json:"values"`
	Compared int          `json:"compared"`
	// Together is, in the filter grammar, what most of A has in common.
	Together  string   `json:"together"`
	Coverage  float64  `json:"coverage"`
	Caught    float64  `json:"caught"`
	Precision float64  `json:"precision"`
	Note      string   `json:"note,omitempty"`
	Commands  []string `json:"commands"` // one for each dimension of Values
}

// Difference is a value's share of A and of B.
type Difference struct {
	Field string         `json:"field"`
	Value string         `json:"value"`
	A     float64        `json:"a"`
	B     float64        `json:"b"`
	Diff  frame.Estimate `json:"diff"`
	Lift  float64        `json:"lift"`
	Same  []string       `json:"same,omitempty"`
}

// Objective is how an objective stood when the incident ended, and what of its
// budget all of the record has burned.
type Objective struct {
	Name      string  `json:"name"`
	Objective string  `json:"objective"`
	Known     bool    `json:"known"`
	Good      Figure  `json:"good"` // share
	N         int     `json:"n"`
	Burn      Figure  `json:"burn"`
	Peak      float64 `json:"peak_burn"` // highest over the span
	Page      bool    `json:"page"`      // somebody should have been woken, at some time of the span
	Spent     float64 `json:"budget_spent"`
}

// Chart is the span cut into steps. A step is what a frame says of it.
type Chart struct {
	StepS   float64 `json:"step_s"`
	Points  []Point `json:"points"`
	Command string  `json:"command"` // of a point; put its time for TIME
}

// Point is a step.
type Point struct {
	To        time.Time `json:"to"` // inclusive; it begins a step before
	Affected  Figure    `json:"affected_users"`
	ErrorRate Figure    `json:"error_rate"`
	LCP75     Figure    `json:"lcp_p75"`
	LCP95     Figure    `json:"lcp_p95"`
	INP75     Figure    `json:"inp_p75"`
	INP95     Figure    `json:"inp_p95"`
}

// Commands print what stands in the report beside the phases.
type Commands struct {
	All        string `json:"all"`
	Errors     string `json:"errors"`
	Objectives string `json:"objectives,omitempty"`
}
