package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
)

// Silence is a segment that sent far fewer beacons than its own recent rate
// predicts. A blank page reports no errors, so no other number counts its
// users.
type Silence struct {
	Filter   string    `json:"filter"` // "": all traffic
	Since    time.Time `json:"since"`  // its start, to within some ten seconds
	At       time.Time `json:"time"`   // the lowest minute ended
	Until    time.Time `json:"until"`  // last time it was found silent
	Expected float64   `json:"expected_per_m"`
	Received float64   `json:"received_per_m"` // in the minute before At
	Command  string    `json:"command"`        // prints it as of At

	term frame.Term
}

const (
	// silenceInterval is the interval between two looks for silences in the
	// recording; the aggregator looks at windows of a minute.
	silenceInterval = 30 * time.Second
	// silenceGap is how long a segment must have sent again for another
	// silence.
	silenceGap  = 3 * time.Minute
	maxSilences = 10
)

// findSilences adds the silences after from, up to to, which must be within
// what the aggregator remembers.
func (l *recording) findSilences(q frame.Query, from, to time.Time) {
	for at := from.Truncate(silenceInterval).Add(silenceInterval); !at.After(to); at = at.Add(silenceInterval) {
		q.At = at
		for _, s := range l.frameOf(q).Silences {
			l.addSilence(s, at)
		}
	}
}

// addSilence adds a silence found at a time, or extends one.
func (l *recording) addSilence(s frame.Silence, at time.Time) {
	for i := len(l.silences) - 1; i >= 0; i-- {
		if x := &l.silences[i]; x.term == s.Term && at.Sub(x.Until) <= silenceGap {
			x.Until = at
			if s.Received*x.Expected < x.Received*s.Expected {
				x.At, x.Expected, x.Received = at, s.Expected, s.Received
			}
			return
		}
	}
	l.silences = append(l.silences, Silence{Since: s.Since.UTC(), At: at, Until: at, Expected: s.Expected, Received: s.Received, term: s.Term})
}

// setSilences lists the silences of the report, lowest share of the expected
// first: a segment that is fully silent is missing from all others. Those of
// segments with few users are left out.
func (b *builder) setSilences() {
	r := &b.r
	r.Silences = []Silence{}
	rows := map[string]map[string]*frame.Row{}
	for _, s := range b.silences {
		if s.Until.Before(r.From) || s.Since.After(r.To) {
			continue
		}
		q := queryOver(b.o, cmp.Or(s.term.Field, b.o.By[0]), r.From, r.To)
		if field := s.term.Field; field != "" {
			if rows[field] == nil {
				rows[field] = map[string]*frame.Row{}
				f := b.frameOf(q)
				for i := range f.Segments {
					rows[field][f.Segments[i].Key] = &f.Segments[i]
				}
			}
			if row := rows[field][s.term.Value]; row == nil || row.Users < b.o.MinCohort {
				r.Privacy.Concealed++
				continue
			}
			s.Filter = plain.Line(s.term.String(), maxLine)
		}
		q.At, q.Window = s.At, time.Minute
		s.Command = b.openCommand(q)
		r.Silences = append(r.Silences, s)
	}
	slices.SortStableFunc(r.Silences, func(x, y Silence) int {
		return cmp.Or(cmp.Compare(x.Received*y.Expected, y.Received*x.Expected), cmp.Compare(y.Until.Sub(y.Since), x.Until.Sub(x.Since)))
	})
	r.Silences = r.Silences[:min(len(r.Silences), maxSilences)]
}

func (s *Silence) segment() string { return cmp.Or(s.Filter, "all traffic") }

// sentence is which segment sent how many beacons, and when.
func (s *Silence) sentence() string {
	return s.segment() + " was silent from " + clock(s.Since) + " to " + clock(s.Until) + " or later: " +
		whole(s.Received) + " beacons in the minute to " + clock(s.At) + ", about " + whole(s.Expected) + " expected"
}

var silenceHead = [...]string{"segment", "silent since", "last silent", "lowest minute", "expected"}

func (s *Silence) cells() []string {
	return []string{s.segment(), clock(s.Since), clock(s.Until), whole(s.Received) + " (to " + clock(s.At) + ")", "about " + whole(s.Expected)}
}

// silenceBullets are the first silences as sentences, the number of others, and
// a release that regressed.
func silenceBullets(r *Report) (out []string) {
	const most = 3
	for i := range r.Silences[:min(len(r.Silences), most)] {
		out = append(out, capital(r.Silences[i].sentence()))
	}
	if n := len(r.Silences) - most; n > 0 {
		out = append(out, fmt.Sprintf("%d more silent segments below", n))
	}
	if r.Verdict != nil && r.Verdict.Verdict == frame.Regressed {
		out = append(out, r.Verdict.result())
	}
	return out
}

// capital turns a clause into a sentence.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// silenceWords explains silences.
const silenceWords = "Segments that sent less than half of the beacons that their last hour predicts. A blank page reports no errors: " +
	"its users may be affected, away or unreported; this report does not count them."
