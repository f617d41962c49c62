package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/testwait"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stream"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// burning is a frame some minutes after noon, in which these objectives page.
func burning(minute int, names ...string) *frame.Frame {
	f := &frame.Frame{Now: noon.Add(time.Duration(minute) * time.Minute), At: noon, Site: "shop"}
	f.Health.Loading, f.Health.Connected = 1, true
	for _, name := range []string{"errors", "speed"} {
		f.ObjectivesNow = append(f.ObjectivesNow, frame.Burn{Name: name, Page: strings.Contains(strings.Join(names, " "), name), Known: true})
	}
	return f
}

// One episode is one breach, however many objectives join it and however often
// they flap.
func TestBreachPerEpisode(t *testing.T) {
	var b frame.Breaches
	event := func(f *frame.Frame) string {
		x := breachOf(&b, f)
		if x == nil {
			return ""
		}
		return string(x.Event)
	}
	loading := burning(2, "errors")
	loading.Health.Loading = 0.5
	for _, c := range []struct {
		frame *frame.Frame
		want  string
	}{
		{burning(0), ""}, {loading, ""},
		{burning(3, "errors"), "began"}, {burning(4, "errors", "speed"), ""}, {burning(5), ""}, {burning(8, "speed"), ""},
		{burning(12), ""}, {burning(13), "ended"}, {burning(14), ""}, {burning(15, "speed"), "began"},
	} {
		if got := event(c.frame); got != c.want {
			t.Errorf("at %v: %q, want %q", c.frame.Now, got, c.want)
		}
	}
}

func TestOnBreachCommandInput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "breach.json")
	var b frame.Breaches
	f := burning(3, "errors")
	f.Health.Gaps = 2
	if err := runOnBreach(t.Context(), "cat > "+file, breachOf(&b, f)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got breach
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Schema != breachSchema || got.Event != "began" || got.Site != "shop" || !got.Since.Equal(f.Now) ||
		len(got.Objectives) != 1 || got.Objectives[0].Name != "errors" || len(got.Telemetry) != 1 {
		t.Errorf("%s", data)
	}
	if err := runOnBreach(t.Context(), "echo no pager >&2; exit 7", &got); err == nil || !strings.Contains(err.Error(), "no pager") {
		t.Errorf("a command that fails: %v", err)
	}
}

// publish stores page views of the last minutes on a server of its own, one in
// so many with an error.
func publish(t *testing.T, minutes, failing int) (server string) {
	t.Helper()
	nats, err := stream.StartEmbedded(stream.EmbeddedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := nats.Close(); err != nil {
			t.Error(err)
		}
	})
	conn, err := stream.Connect(t.Context(), stream.ConnectOptions{Servers: nats.ClientURL()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	if _, err := stream.EnsureStream(t.Context(), conn, stream.Limits{}); err != nil {
		t.Fatal(err)
	}
	pub, err := stream.NewPublisher(conn, stream.PublisherOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var batch beacon.Batch
	now := time.Now()
	for i := range 600 {
		b := beacon.Beacon{Received: now.Add(-time.Duration(i*minutes) * time.Minute / 600).UnixMilli(), Navigation: true, View: beacon.ID(i + 1)}
		if i%failing == 0 {
			b.Errors = []beacon.Error{{Type: "TypeError", Message: "x is undefined"}}
		}
		batch.Append(&b)
	}
	data, err := batch.Encode(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pub.Publish(beacon.Subject("shop", "eu-west", 0), "1", data, func(error) {}); err != nil {
		t.Fatal(err)
	}
	if err := pub.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return nats.ClientURL()
}

// TestCheck reads a tenth of page views with errors from a real server.
func TestCheck(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	server := publish(t, 3, 10)
	for _, c := range []struct {
		args   []string
		status int
		out    string
		errout string
	}{
		{[]string{"--burn-for", "2m", "--objective", "errors=99% of views"}, exitFailed, "BREACH", "error budget breach"},
		{[]string{"--burn-for", "2m", "--objective", "errors=99% of views", "--mute", "errors"}, exitOK, "muted", ""},
		{[]string{"--burn-for", "2m", "--objective", "errors=90% of views"}, exitOK, "ok", ""},
		{[]string{"--objective", "errors=99% of views"}, exitNoData, "not enough data", "not enough data for errors"},
		{[]string{"--burn-for", "2m", "--objective", "speed=75% of lcp<=2500"}, exitNoData, "not enough data", "speed"},
		{nil, exitUsage, "", "no objective"},
		{[]string{"--objective", "99% of views"}, exitUsage, "", "no name"},
		{[]string{"--objective", "errors=99% of views", "--mute", "speed"}, exitUsage, "", "unknown objective"},
		{[]string{"--objective", "errors=99% of views", "--maintenance", "now"}, exitUsage, "", "FROM/TO"},
		{[]string{"--objective", "errors=99% of views", "--on-breach", "true"}, exitUsage, "", "--watch"},
	} {
		var out, errout bytes.Buffer
		status := run(t.Context(), append([]string{"check", "--server", server}, c.args...), strings.NewReader(""), &out, &errout)
		if status != c.status || !strings.Contains(out.String(), c.out) || !strings.Contains(errout.String(), c.errout) {
			t.Errorf("%v: status %d, %q, %q; want %d, %q, %q", c.args, status, &out, &errout, c.status, c.out, c.errout)
		}
	}
}

// TestCheckWatchRunsCommand waits for the command to run on a breach.
func TestCheckWatchRunsCommand(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	server := publish(t, 3, 10)
	file := filepath.Join(t.TempDir(), "breach.json")
	ctx, cancel := context.WithTimeout(t.Context(), testwait.Patience)
	defer cancel()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"check", "--server", server, "--watch", "--burn-for", "2m", "--objective", "errors=99% of views",
			"--on-breach", "cat > " + file + ".tmp && mv " + file + ".tmp " + file}, strings.NewReader(""), io.Discard, io.Discard)
	}()
	for ctx.Err() == nil {
		if data, err := os.ReadFile(file); err == nil {
			if !strings.Contains(string(data), `"event":"began"`) {
				t.Errorf("%s", data)
			}
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if ctx.Err() != nil {
		t.Error("the command did not run")
	}
	cancel()
	if status := <-ended; status != exitOK {
		t.Errorf("ended with %d", status)
	}
}

func TestCheckExitStatus(t *testing.T) {
	known, unknown, page := frame.Burn{Name: "a", Known: true}, frame.Burn{Name: "b"}, frame.Burn{Name: "c", Known: true, Page: true}
	for _, c := range []struct {
		burns []frame.Burn
		want  int
	}{
		{[]frame.Burn{known}, exitOK}, {[]frame.Burn{known, unknown}, exitNoData}, {[]frame.Burn{unknown, page}, exitFailed},
	} {
		err := checkStatus(&frame.Frame{Objectives: c.burns, ObjectivesNow: c.burns})
		got := exitOK
		if s := (*statusError)(nil); errors.As(err, &s) {
			got = s.status
		}
		if got != c.want {
			t.Errorf("%+v: %v", c.burns, err)
		}
	}
}

// Breaches that find the command busy and the queue full are counted, and said
// once.
func TestBreachesLeftOutAreCounted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	problems := make(chan error, 100)
	r := startBreachRunner(ctx, "sleep 60", func(err error) { problems <- err })
	for range maxBreaches + 6 {
		r.enqueue(&breach{})
	}
	if n := r.dropped.Load(); n < 5 || len(problems) != 1 {
		t.Errorf("%d left out, said %d times", n, len(problems))
	}
	cancel()
	r.wait()
}
