package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/stream"
	"github.com/rumtop/rumtop/internal/testwait"
)

// streamServer is a NATS server with a stream that an operator has made.
func streamServer(t *testing.T, cfg jetstream.StreamConfig) (url string) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	e, err := stream.StartEmbedded(stream.EmbeddedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := nats.Connect(e.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	js, err := jetstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	return e.ClientURL()
}

// ends runs a command that must end by itself.
func ends(t *testing.T, args ...string) (status int, out, problems string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testwait.Patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	status = run(ctx, args, strings.NewReader(""), &stdout, &stderr)
	if ctx.Err() != nil {
		t.Errorf("rumtop %q does not end", args)
	}
	return status, stdout.String(), stderr.String()
}

// What prints an answer ends with the reason if the history cannot be read: an
// empty answer would look like a healthy site.
func TestUnreadableStreamEndsCommands(t *testing.T) {
	queue := jetstream.StreamConfig{Name: "RUM", Subjects: []string{"rum.v1.>"}, Retention: jetstream.WorkQueuePolicy}
	interest := jetstream.StreamConfig{Name: "RUM", Subjects: []string{"rum.v1.>"}, Retention: jetstream.InterestPolicy}
	other := jetstream.StreamConfig{Name: "RUM", Subjects: []string{"orders.>"}}
	taken := jetstream.StreamConfig{Name: "BROWSER", Subjects: []string{"rum.>"}}
	for name, tc := range map[string]struct {
		cfg  jetstream.StreamConfig
		want string
	}{
		"work queue":     {queue, "RUM is a work queue"},
		"interest":       {interest, "RUM has interest retention and keeps no history"},
		"other subjects": {other, "RUM does not store rum.v1.shop.*.*"},
		"taken":          {taken, "cannot make RUM: its subjects are taken by BROWSER"},
	} {
		t.Run(name, func(t *testing.T) {
			server := streamServer(t, tc.cfg)
			for _, args := range [][]string{
				{"--once"},
				{"--once", "--format", "json"},
				{"--count", "3"},
				{"tail"},
				{"tail", "--since", "10m"},
				{"snapshot", "--dir", t.TempDir()},
				{"snapshot", "--for", "1h", "-o", filepath.Join(t.TempDir(), "x.rumsnap")},
				{"check", "--objective", "errors=99% of views"},
				{"check", "--watch", "--objective", "errors=99% of views"},
				{"verdict", "--baseline", "1", "--canary", "2"},
			} {
				wantStatus := exitFailed
				if args[0] == "check" || args[0] == "verdict" {
					wantStatus = exitUnjudged
				}
				status, out, problems := ends(t, append(args, "--server", server, "--site", "shop")...)
				if status != wantStatus || out != "" || !strings.Contains(problems, tc.want+": ") || strings.Count(problems, "\n") != 1 {
					t.Errorf("rumtop %q ended with %d: %s%s", args, status, out, problems)
				}
			}
			// Without a site the stream is asked for it.
			if status, _, problems := ends(t, "--once", "--server", server); status == exitOK || name == "taken" && !strings.Contains(problems, tc.want) {
				t.Errorf("without a site: %d: %s", status, problems)
			}
			status, out, _ := ends(t, "doctor", "--server", server, "--site", "shop", "--collector", "http://127.0.0.1:1")
			if status != exitFailed || !strings.Contains(out, "FAIL") || strings.Contains(out, "permit publishing") {
				t.Errorf("doctor ended with %d:\n%s", status, out)
			}
		})
	}
}

// A collector logs once why its batches are not stored, and shows it.
func TestCollectLogsWhyNotStored(t *testing.T) {
	for want, cfg := range map[string]jetstream.StreamConfig{
		"cannot make RUM: its subjects are taken by BROWSER: ": {Name: "BROWSER", Subjects: []string{"rum.>"}},
		"RUM does not acknowledge (no_ack): ":                  {Name: "RUM", Subjects: []string{"rum.v1.>"}, NoAck: true},
		"RUM is a work queue: ":                                {Name: "RUM", Subjects: []string{"rum.v1.>"}, Retention: jetstream.WorkQueuePolicy},
		"RUM does not store rum.v1.*.*.*: ":                    {Name: "RUM", Subjects: []string{"orders.>"}},
	} {
		t.Run(want, func(t *testing.T) {
			server := streamServer(t, cfg)
			ctx, cancel := context.WithCancel(t.Context())
			var log testwait.Output
			ended := make(chan int, 1)
			go func() {
				ended <- run(ctx, []string{"collect", "--server", server, "--site", "shop=k", "--listen", "127.0.0.1:0", "--grace", "0s"}, strings.NewReader(""), &log, &log)
			}()
			testwait.Until(t, "the reason is logged", func() bool { return strings.Contains(log.String(), "problem=\""+want) })
			cancel()
			if status := <-ended; status != exitOK {
				t.Errorf("ended with %d", status)
			}
			if n := strings.Count(log.String(), want); n != 1 {
				t.Errorf("logged %d times:\n%s", n, log.String())
			}
		})
	}
}
