package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/stream"
	"github.com/rumtop/rumtop/internal/testwait"
)

// judges are the commands whose status 1 is a judgement.
var judges = [][]string{
	{"verdict", "--baseline", "1", "--canary", "2"},
	{"check", "--objective", "errors=99% of views"},
	{"check", "--objective", "errors=99% of views", "--watch"},
}

// fullDisk is standard output on a full disk.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// settle makes an environment without settings.
func settleHome(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
}

// What keeps a command from judging is no judgement: a pipeline that rolls back
// on 1 must not.
func TestJudgeCannotStatus(t *testing.T) {
	settleHome(t)
	guarded := startGuarded(t)
	several := publishSites(t, "shop", "docs")
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(broken, []byte("window: [15m"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cause string
		flags []string
		env   string // of RUMTOP_CONFIG
	}{
		{"no server", []string{"--server", "nats://127.0.0.1:1"}, ""},
		{"no user", []string{"--server", guarded}, ""},
		{"wrong password", []string{"--server", strings.Replace(guarded, "//", "//jo:wrong@", 1)}, ""},
		{"no credentials", []string{"--creds", "nowhere.creds"}, ""},
		{"no key", []string{"--nkey", "nowhere.nk"}, ""},
		{"no certificate", []string{"--tlsca", "nowhere.pem"}, ""},
		{"unknown context", []string{"--context", "nowhere"}, ""},
		{"several sites", []string{"--server", several}, ""},
		{"no configuration", []string{"--server", several, "--site", "shop"}, "nowhere.yaml"},
		{"broken configuration", []string{"--server", several, "--site", "shop"}, broken},
	} {
		t.Setenv("RUMTOP_CONFIG", c.env)
		for _, judge := range judges {
			for _, format := range []string{"table", "json"} {
				args := slices.Concat(judge, c.flags, []string{"--format", format})
				wantUnjudged(t, c.cause, args)
			}
		}
	}
}

// wantUnjudged runs a command that cannot judge: it ends with 4, one sentence,
// and as JSON a document that says so.
func wantUnjudged(t *testing.T, cause string, args []string) {
	t.Helper()
	var out, problems bytes.Buffer
	status := run(t.Context(), args, strings.NewReader(""), &out, &problems)
	if status != exitUnjudged || !strings.HasPrefix(problems.String(), "rumtop: could not judge: ") || strings.Count(problems.String(), "\n") != 1 {
		t.Errorf("%s: %q ended with %d and %q, want %d and a sentence", cause, args, status, &problems, exitUnjudged)
	}
	if !slices.Contains(args, "json") {
		if out.Len() > 0 {
			t.Errorf("%s: %q printed %s", cause, args, &out)
		}
		return
	}
	d := parse(t, out.String())
	if args[0] == "verdict" && (d.at("verdict") != frame.Unjudged || d.at("note") == nil || d.at("measures") == nil) ||
		args[0] == "check" && (d.at("schema") != burnSchema || d.at("could_not_judge") == nil || d.at("objectives") == nil) {
		t.Errorf("%s: %q printed %s", cause, args, &out)
	}
}

// startGuarded starts a server that asks for a password.
func startGuarded(t *testing.T) (url string) {
	t.Helper()
	return "nats://" + startNATS(t, server.Options{Username: "jo", Password: "right"})
}

// Files that cannot be read and a disk that is full keep verdict from judging.
func TestVerdictFileStatus(t *testing.T) {
	settleHome(t)
	dir := t.TempDir()
	text := filepath.Join(dir, "text.rumsnap")
	if err := os.WriteFile(text, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(dir, "none.rumsnap"), text} {
		wantUnjudged(t, file, append(slices.Clone(judges[0]), file, "--format", "json"))
	}
	good := "../../internal/snapshot/testdata/v1.rumsnap"
	args := append(slices.Clone(judges[0]), good)
	for _, format := range []string{"table", "json"} {
		var problems bytes.Buffer
		if status := run(t.Context(), append(args, "--format", format), strings.NewReader(""), fullDisk{}, &problems); status != exitUnjudged || !strings.Contains(problems.String(), "make room") {
			t.Errorf("a full disk as %s: %d %s", format, status, &problems)
		}
	}
}

// A full disk keeps check from judging, too, even with a breach.
func TestCheckFullDiskStatus(t *testing.T) {
	settleHome(t)
	args := []string{"check", "--server", publish(t, 3, 10), "--burn-for", "2m", "--objective", "errors=99% of views"}
	for _, more := range [][]string{nil, {"--format", "json"}, {"--watch"}} {
		if status := run(t.Context(), append(slices.Clone(args), more...), strings.NewReader(""), fullDisk{}, io.Discard); status != exitUnjudged {
			t.Errorf("check %q ended with %d, want %d", more, status, exitUnjudged)
		}
	}
}

// A site that never sent anything has no data; that is no verdict either.
func TestUnknownSiteStatus(t *testing.T) {
	settleHome(t)
	url := publishSites(t, "shop", "docs")
	once := slices.DeleteFunc(slices.Clone(judges), func(args []string) bool { return slices.Contains(args, "--watch") }) // which waits
	for _, args := range append(once, []string{"--once"}, []string{"--count", "2", "--format", "json", "--interval", "100ms"}, []string{"snapshot"}) {
		var out, problems bytes.Buffer
		status := run(t.Context(), append(slices.Clone(args), "--server", url, "--site", "nosuch"), strings.NewReader(""), &out, &problems)
		if prints := strings.HasPrefix(args[0], "--"); status != exitNoData || out.Len() > 0 != prints || !strings.Contains(problems.String(), "nothing has come from site nosuch: choose one of docs, shop with --site") {
			t.Errorf("%q: status %d, prints %q, says %q", args, status, &out, &problems)
		}
	}
}

// publishSites stores a beacon for each site on a server of its own.
func publishSites(t *testing.T, sites ...string) (url string) {
	t.Helper()
	url = publish(t, 3, 10) // of shop
	conn, err := stream.Connect(t.Context(), stream.ConnectOptions{Servers: url})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	pub, err := stream.NewPublisher(conn, stream.PublisherOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, site := range sites {
		if site != "shop" {
			publishBeacon(t, pub, site)
		}
	}
	if err := pub.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return url
}

// A signal in the middle ends what judges with 4, and everything else with the
// status that shells report; nothing ends with 0 or 1.
func TestSignalInTheMiddleStatus(t *testing.T) {
	settleHome(t)
	url := startProxy(t, publish(t, 3, 10), true)
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		for _, args := range append(slices.Clone(judges), []string{"--once"}, []string{"snapshot"}, []string{"tail", "--since", "1h", "--count", "3"}) {
			want := exitUnjudged
			if args[0] != "verdict" && args[0] != "check" {
				want = 128 + int(s)
			}
			cmd := exec.Command("rumtop", append(slices.Clone(args), "--server", url.address, "--site", "shop")...)
			var problems bytes.Buffer
			cmd.Stderr = &problems
			url.asked.Store(0)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			testwait.Until(t, "the command waits for its server", func() bool { return url.asked.Load() > 0 })
			if err := cmd.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			var exit *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != want {
				t.Errorf("%q at %s ended with %v, want %d: %s", args, s, err, want, &problems)
			}
		}
	}
}

// Of many sites an error names some, in order; of more than are listed a site may
// be one.
func TestUnknownAmongManySites(t *testing.T) {
	settleHome(t)
	var sites []string
	for i := range stream.MaxSites + 1 {
		sites = append(sites, fmt.Sprintf("s%04d", i))
	}
	few := publishSites(t, sites[:30]...)
	for _, c := range []struct {
		url, site, says string
	}{
		{few, "nosuch", "nothing has come from site nosuch: choose one of s0000, s0001, s0002, "},
		{few, "nosuch", "s0018, s0019 and 11 more with --site"}, // shop is the last
		{publishSites(t, sites...), sites[stream.MaxSites], ""},
	} {
		var out, problems bytes.Buffer
		run(t.Context(), []string{"--once", "--server", c.url, "--site", c.site}, strings.NewReader(""), &out, &problems)
		if says := problems.String(); !strings.Contains(says, c.says) || c.says == "" && says != "" {
			t.Errorf("%s: says %q, want %q", c.site, says, c.says)
		}
	}
}
