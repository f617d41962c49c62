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

// Silence is a segment that sent less than by its own recent rate it should have.
// A page that shows nothing reports no error, so its people are among no others.
type Silence struct {
	Filter   string    `json:"filter"` // "": everyone
	Since    time.Time `json:"since"`  // when it fell, to some ten seconds
	At       time.Time `json:"time"`   // when least came
	Until    time.Time `json:"until"`  // when it was last found silent
	Expected float64   `json:"expected_per_m"`
	Received float64   `json:"received_per_m"` // in the minute before At
	Command  string    `json:"command"`        // prints it as of At

	term frame.Term
}

const (
	// listenEvery is how often the record is asked who has fallen silent; agg looks at
	// windows of a minute.
	listenEvery = 30 * time.Second
	// apart is how long a segment must have been heard again to fall silent anew.
	apart       = 3 * time.Minute
	maxSilences = 10
)

// listen adds the silences after one time, up to another, which is no longer ago than
// agg remembers.
func (l *log) listen(q frame.Query, from, to time.Time) {
	for at := from.Truncate(listenEvery).Add(listenEvery); !at.After(to); at = at.Add(listenEvery) {
		q.At = at
		for _, s := range l.ask(q).Silences {
			l.silent(s, at)
		}
	}
}

// silent adds a silence as it was found at a time.
func (l *log) silent(s frame.Silence, at time.Time) {
	for i := len(l.silences) - 1; i >= 0; i-- {
		if x := &l.silences[i]; x.term == s.Term && at.Sub(x.Until) <= apart {
			x.Until = at
			if s.Received*x.Expected < x.Received*s.Expected {
				x.At, x.Expected, x.Received = at, s.Expected, s.Received
			}
			return
		}
	}
	l.silences = append(l.silences, Silence{Since: s.Since.UTC(), At: at, Until: at, Expected: s.Expected, Received: s.Received, term: s.Term})
}

// silent tells of the silences in the span, those first of whom least came: who is
// not heard at all is missed in all other segments. Those of segments with few users
// are left out.
func (b *builder) silent() {
	r := &b.r
	r.Silences = []Silence{}
	rows := map[string]map[string]*frame.Row{}
	for _, s := range b.silences {
		if s.Until.Before(r.From) || s.Since.After(r.To) {
			continue
		}
		q := over(b.o, cmp.Or(s.term.Field, b.o.By[0]), r.From, r.To)
		if field := s.term.Field; field != "" {
			if rows[field] == nil {
				rows[field] = map[string]*frame.Row{}
				f := b.ask(q)
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
		s.Command = b.command(q)
		r.Silences = append(r.Silences, s)
	}
	slices.SortStableFunc(r.Silences, func(x, y Silence) int {
		return cmp.Or(cmp.Compare(x.Received*y.Expected, y.Received*x.Expected), cmp.Compare(y.Until.Sub(y.Since), x.Until.Sub(x.Since)))
	})
	r.Silences = r.Silences[:min(len(r.Silences), maxSilences)]
}

func (s *Silence) who() string { return cmp.Or(s.Filter, "everyone") }

// words tells who sent how little, and when.
func (s *Silence) words() string {
	return s.who() + " fell silent at " + clock(s.Since) + ", last found so at " + clock(s.Until) + ": " +
		whole(s.Received) + " beacons in the minute to " + clock(s.At) + ", of about " + whole(s.Expected) + " expected"
}

var silenceHead = [...]string{"who", "fell silent", "last found so", "least in a minute", "expected"}

func (s *Silence) cells() []string {
	return []string{s.who(), clock(s.Since), clock(s.Until), whole(s.Received) + " (to " + clock(s.At) + ")", "about " + whole(s.Expected)}
}

// bullets are the first silences as sentences, how many more there are, and which
// release is worse.
func bullets(r *Report) (out []string) {
	const most = 3
	for i := range r.Silences[:min(len(r.Silences), most)] {
		out = append(out, capital(r.Silences[i].words()))
	}
	if n := len(r.Silences) - most; n > 0 {
		out = append(out, fmt.Sprintf("%d more fell silent, see below", n))
	}
	if r.Verdict != nil && r.Verdict.Verdict == frame.Regressed {
		out = append(out, r.Verdict.short())
	}
	return out
}

// capital begins a sentence.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// silenceWords says what a silence is.
const silenceWords = "Who sent less than half of what by their own last hour they should have. A page that shows nothing reports no error: " +
	"its people may be hurt, gone, or only not heard, and no figure of this report counts them."
