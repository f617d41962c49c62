package report

import (
	"strings"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/plain"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// log is a snapshot that questions can be asked of.
type log struct {
	agg         *agg.Aggregator
	meta        snapshot.Meta
	first, last time.Time // of the beacons' receive times
	file        string
	flags       []string
	silences    []Silence // in order of their beginnings, as far as they have been listened for
}

// lookEvery is how much of a record is read at a time before something is asked,
// so that what got worse is looked for in all of it: no more than the forty
// minutes that agg compares with, nor than the hour for which it remembers who sent what.
const lookEvery = 20 * time.Minute

// load reads a snapshot.
func load(f *snapshot.File, o *Options) (*log, error) {
	l := &log{agg: agg.New(o.Config), meta: f.Meta(), file: o.File, flags: o.Flags}
	var newest, looked int64
	look := func() {
		q := frame.Query{Filter: o.Filter, By: o.By[0], Window: time.Minute}
		l.findSilences(q, time.UnixMilli(looked), l.last)
		l.ask(q)
		looked = newest
	}
	err := f.Batches(func(b *beacon.Batch) error {
		for _, t := range b.Received {
			if l.first.IsZero() || t < l.first.UnixMilli() {
				l.first = time.UnixMilli(t).UTC()
			}
			newest = max(newest, t)
		}
		if looked == 0 {
			looked = newest
		}
		l.last = time.UnixMilli(newest).UTC()
		l.agg.Add(b, l.last)
		if newest-looked >= lookEvery.Milliseconds() {
			look()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if newest > 0 {
		look()
	}
	for _, m := range l.meta.Markers {
		if m.Kind != beacon.MarkerRelease { // those are found again
			l.agg.Mark(m)
		}
	}
	return l, nil
}

// ask has the log answer as if it had just ended.
func (l *log) ask(q frame.Query) *frame.Frame {
	return l.agg.Frame(q, agg.SourceStatus{Site: l.meta.Site, Connected: true, History: true, Loading: 1}, l.last)
}

// over is the query for what was received after from, up to and with to. It
// compares with nothing: what came long before the record is empty.
func over(o *Options, by string, from, to time.Time) frame.Query {
	return frame.Query{Filter: o.Filter, By: by, At: to, Window: to.Sub(from), Baseline: frame.BaselineSpec{At: time.UnixMilli(1)}}
}

// against makes a query compare with the time before another.
func against(q frame.Query, onset time.Time) frame.Query {
	q.Baseline = frame.BaselineSpec{At: onset}
	return q
}

// command is what a person types to have a query answered again.
func (l *log) command(q frame.Query) string {
	words := []string{"rumtop", "open", l.file, "--once", "--format", "json", "--at", stamp(q.At), "--window", q.Window.String(), "--by", q.By}
	if q.Baseline.At.UnixMilli() > 1 {
		words = append(words, "--baseline", stamp(q.Baseline.At))
	}
	if text := q.Filter.String(); text != "" {
		words = append(words, "--filter", text)
	}
	return join(append(words, l.flags...))
}

// stamp is a time as flags take it, exact to the millisecond.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z07:00") }

// join quotes words for a shell. What a terminal must not see is not in any of
// them: they come from flags, or have been cleaned.
func join(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		w = plain.Line(w, 0)
		if w != "" && strings.Trim(w, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,") == "" {
			b.WriteString(w)
			continue
		}
		b.WriteString("'" + strings.ReplaceAll(w, "'", `'\''`) + "'")
	}
	return b.String()
}
