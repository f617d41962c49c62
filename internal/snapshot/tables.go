package snapshot

import (
	"cmp"
	"os"
)

// tables are the tables of a snapshot that is being written.
type tables struct {
	beacons  *spool[beaconBlock]
	views    *spool[viewBlock]
	visitors *spool[visitorBlock]
	errors   *spool[errorBlock]
	kinds    *spool[kindBlock]
	requests *spool[requestBlock]
	events   *spool[namedBlock]
	measures *spool[namedBlock]
}

// anySpool is a spool of any block.
type anySpool interface {
	member() string
	tempFile() *os.File
	size() int64
	finish() error
	close()
}

func (t *spool[B]) member() string { return t.name }

func (t *spool[B]) tempFile() *os.File { return t.file }

func newTables(dir string) (t tables, err error) {
	t.beacons, err = newBeacons(dir)
	if err == nil {
		t.views, err = newViews(dir)
	}
	if err == nil {
		t.visitors, err = newVisitors(dir)
	}
	if err == nil {
		t.errors, err = newErrors(dir)
	}
	if err == nil {
		t.kinds, err = newKinds(dir)
	}
	if err == nil {
		t.requests, err = newRequests(dir)
	}
	if err == nil {
		t.events, err = newNamed("events.parquet", dir)
	}
	if err == nil {
		t.measures, err = newNamed("measures.parquet", dir)
	}
	return t, err
}

func (t *tables) all() []anySpool {
	return []anySpool{t.beacons, t.views, t.visitors, t.errors, t.kinds, t.requests, t.events, t.measures}
}

func (t *tables) finish() error {
	var err error
	for _, s := range t.all() {
		err = cmp.Or(err, s.finish())
	}
	return err
}

func (t *tables) close() {
	for _, s := range t.all() {
		s.close()
	}
}
