package report

import (
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// recording is a snapshot's contents in an aggregator, which answers queries.
type recording struct {
	agg         *agg.Aggregator
	meta        snapshot.Meta
	first, last time.Time // receive times of its beacons
	file        string
	flags       []string
	silences    []Silence // by start; those in the part read so far
}

// searchEvery is how much of a recording is read before the aggregator searches
// it for findings and silences. It is less than the 40 minutes that findings
// compare with, and than the hour that expected volumes look back.
const searchEvery = 20 * time.Minute

// load reads a snapshot into an aggregator.
func load(f *snapshot.File, o *Options) (*recording, error) {
	l := &recording{agg: agg.New(o.Config), meta: f.Meta(), file: o.File, flags: o.Flags}
	var newest, searched int64
	search := func() {
		q := frame.Query{Filter: o.Filter, Traffic: o.Traffic, By: o.By[0], Window: time.Minute}
		l.findSilences(q, time.UnixMilli(searched), l.last)
		l.frameOf(q)
		searched = newest
	}
	err := f.Batches(func(b *beacon.Batch) error {
		for _, t := range b.Received {
			if l.first.IsZero() || t < l.first.UnixMilli() {
				l.first = time.UnixMilli(t).UTC()
			}
			newest = max(newest, t)
		}
		if searched == 0 {
			searched = newest
		}
		l.last = time.UnixMilli(newest).UTC()
		l.agg.Add(b, l.last)
		if newest-searched >= searchEvery.Milliseconds() {
			search()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if newest > 0 {
		search()
	}
	for _, m := range l.meta.Markers {
		if m.Kind != beacon.MarkerRelease { // the aggregator finds releases itself
			l.agg.Mark(m)
		}
	}
	return l, nil
}

// frameOf answers a query as of the end of the recording.
func (l *recording) frameOf(q frame.Query) *frame.Frame {
	return l.agg.Frame(q, agg.SourceStatus{Site: l.meta.Site, Connected: true, History: true, Loading: 1}, l.last)
}

// queryOver is the query for beacons received after from, up to and including
// to. It compares with nothing: its baseline is empty, long before the
// recording.
func queryOver(o *Options, by string, from, to time.Time) frame.Query {
	return frame.Query{Filter: o.Filter, Traffic: o.Traffic, By: by, At: to, Window: to.Sub(from), Baseline: frame.BaselineSpec{At: time.UnixMilli(1)}}
}

// withBaseline makes a query compare with the time before the onset.
func withBaseline(q frame.Query, onset time.Time) frame.Query {
	q.Baseline = frame.BaselineSpec{At: onset}
	return q
}
