//go:build e2e

package beacon_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/beacon/beacontest"
)

// TestReadBatchScript runs the reader of docs/wire-format.md on the golden
// batches.
func TestReadBatchScript(t *testing.T) {
	script, err := filepath.Abs("../../docs/read-batch.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]*beacon.Batch{
		"v1-full.bin":    batch(full()),
		"v1-traffic.bin": batch(beacontest.Subject.Traffic(4, 64)...),
	} {
		cmd := exec.Command("node", script, filepath.Join("testdata", name))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("node: %v\n%s", err, out)
		}
		want := b.Beacons()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(lines) != len(want) {
			t.Fatalf("%s: %d beacons, want %d", name, len(lines), len(want))
		}
		for i, line := range lines {
			if got := fromReader(t, line); !reflect.DeepEqual(got, want[i]) {
				t.Errorf("%s, beacon %d:\n got %+v\nwant %+v", name, i, got, want[i])
			}
		}
	}
}

// fromReader parses a line that the reader printed.
func fromReader(t *testing.T, line string) beacon.Beacon {
	t.Helper()
	var in struct {
		ID, View, Session, User string
		Received, Time          int64
		Navigation, Unsampled   bool
		SampleRate              float64 `json:"sample_rate"`
		Trace                   string
		Tags                    [][2]string
		Metrics                 [][2]any
		Errors                  []beacon.Error
		Requests                []beacon.Request
		Events                  []beacon.Event
	}
	var dims map[string]any
	for _, into := range []any{&in, &dims} {
		if err := json.Unmarshal([]byte(line), into); err != nil {
			t.Fatal(err)
		}
	}
	id := func(s string) beacon.ID {
		if s == "" {
			return 0
		}
		n, err := strconv.ParseUint(s, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		return beacon.ID(n)
	}
	b := beacon.Beacon{ID: id(in.ID), View: id(in.View), Session: id(in.Session), User: id(in.User), Received: in.Received, Time: in.Time,
		Navigation: in.Navigation, Unsampled: in.Unsampled, SampleRate: in.SampleRate, Trace: in.Trace,
		Errors: in.Errors, Requests: in.Requests, Events: in.Events}
	for d := range b.Dims {
		b.Dims[d], _ = dims[beacon.Dim(d).String()].(string)
	}
	for _, tag := range in.Tags {
		b.Tags = append(b.Tags, beacon.Tag{Key: tag[0], Value: tag[1]})
	}
	for _, m := range in.Metrics {
		b.Metrics = append(b.Metrics, beacon.Metric{Name: m[0].(string), Value: float64(float32(m[1].(float64)))})
	}
	for i := range b.Requests {
		b.Requests[i].Duration = float64(float32(b.Requests[i].Duration))
	}
	return b
}
