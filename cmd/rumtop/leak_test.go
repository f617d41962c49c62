package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"

	"github.com/rumtop/rumtop/internal/testwait"
)

// leaked is what must not leave the process.
const leaked = "hunter2"

// invocations are what each command is run with; $ is the directory of the test,
// and ~ a blank. A command that is not here fails the test: it has to be tried, too.
var invocations = map[string][]string{
	"rumtop":          {"--once --format json", "--once --format csv -o $/frame.csv", "--once"},
	"rumtop tail":     {"--since 10m --count 1"},
	"rumtop check":    {"--objective errors=99%~of~views", "--watch --burn-above 0.1 --on-breach cat>$/breach.json --objective errors=99.9%~of~views"},
	"rumtop verdict":  {"--baseline 1 --canary 2", "--baseline 1 --canary 2 --format json", "--baseline 1 --canary 2 $/a.rumsnap"},
	"rumtop annotate": {"deploy"},
	"rumtop snapshot": {"-o $/a.rumsnap --since 10m --note note", "-o $/b.rumsnap --anonymise"},
	"rumtop open":     {"--once --format json $/a.rumsnap", "--once $/b.rumsnap"},
	"rumtop report":   {"$/a.rumsnap -o $/r.html", "$/a.rumsnap -o $/r.md", "$/b.rumsnap -o $/r.json", "$/a.rumsnap --format csv -o $/r.csv"},
	"rumtop doctor":   {"", "--collector http://u:" + leaked + "@127.0.0.1:1"},
	"rumtop collect":  {"--site shop=k --listen 127.0.0.1:0 --grace 0s"},
	"rumtop local":    {"--once --nats-port 0 --listen 127.0.0.1:0 --dir $/local"},
	"rumtop demo":     {"--once --rate 5"},
	"rumtop scrub":    {"", "--as url"},
	"rumtop version":  {""},
	"rumtop help":     {"", "doctor"},

	"rumtop completion":            {""},
	"rumtop completion bash":       {""},
	"rumtop completion zsh":        {""},
	"rumtop completion fish":       {""},
	"rumtop completion powershell": {""},
}

// commandPaths are all commands of the program.
func commandPaths(c *cobra.Command) []string {
	paths := []string{c.CommandPath()}
	for _, sub := range c.Commands() {
		paths = append(paths, commandPaths(sub)...)
	}
	return paths
}

// runEverything runs every command and returns what it wrote to its outputs.
// Those that would run on are stopped.
func runEverything(t *testing.T, dir string, skip ...string) string {
	t.Helper()
	root := (&program{stdout: io.Discard, stderr: io.Discard, stdin: strings.NewReader("")}).command()
	root.InitDefaultHelpCmd()
	var out testwait.Output
	paths := commandPaths(root)
	slices.SortStableFunc(paths, func(a, b string) int { // the others read what it writes
		return strings.Compare(strings.TrimPrefix(a, "rumtop snapshot"), strings.TrimPrefix(b, "rumtop snapshot"))
	})
	for _, path := range paths {
		if strings.Contains(strings.Join(skip, ","), path+",") {
			continue
		}
		lists, ok := invocations[path]
		if !ok {
			t.Errorf("%s is not tried: add it to invocations", path)
		}
		for _, list := range lists {
			args := append(strings.Fields(path)[1:], strings.Fields(strings.ReplaceAll(list, "$", dir))...)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "~", " ")
			}
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			status := run(ctx, args, strings.NewReader("text\n"), &out, &out)
			cancel()
			_, _ = fmt.Fprintf(&out, "\n[%q ended with %d]\n", args, status)
		}
	}
	// What a shell asks for while a person types.
	for _, args := range [][]string{{"--s"}, {"doctor", "--server", ""}, {"--context", ""}} {
		_ = run(context.Background(), append([]string{cobra.ShellCompRequestCmd}, args...), strings.NewReader(""), &out, &out)
	}
	return out.String()
}

// checkFiles looks for the secret in all files, and in the members of archives.
func checkFiles(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		members := map[string][]byte{path: data}
		if archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data))); err == nil {
			for _, member := range archive.File {
				r, err := member.Open()
				if err != nil {
					return err
				}
				if members[path+": "+member.Name], err = io.ReadAll(r); err != nil {
					return err
				}
			}
		}
		for name, data := range members {
			if bytes.Contains(data, []byte(leaked)) {
				t.Errorf("%s has the secret", name)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func checkText(t *testing.T, what, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		if strings.Contains(line, leaked) && !strings.HasPrefix(line, "[") { // the arguments
			t.Errorf("%s has the secret: %.300s", what, line)
		}
	}
}

// No secret of a URL leaves the process: not on standard output or error, in
// files, on NATS, in metrics or to a shell.
func TestNoCommandLeaksSecrets(t *testing.T) {
	for name, c := range map[string]struct {
		options server.Options
		user    string
	}{
		"token":    {server.Options{Authorization: leaked}, leaked},
		"password": {server.Options{Username: leaked + "user", Password: leaked}, leaked + "user:" + leaked},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("HOME", t.TempDir())
			t.Setenv("XDG_CONFIG_HOME", "")
			options := c.options
			options.JetStream, options.StoreDir = true, t.TempDir()
			server := "nats://" + c.user + "@" + startNATS(t, options)
			spy, err := nats.Connect(server, nats.Name("spy"))
			if err != nil {
				t.Fatal(err)
			}
			defer spy.Close()
			var messages testwait.Output
			if _, err := spy.Subscribe(">", func(m *nats.Msg) {
				if !strings.HasPrefix(m.Subject, "$JS.EVENT.") { // the server's own, which name the user
					_, _ = fmt.Fprintf(&messages, "%s %v %s\n", m.Subject, m.Header, m.Data)
				}
			}); err != nil {
				t.Fatal(err)
			}
			t.Setenv("NATS_URL", server)
			checkText(t, "a collector", collectAndScrape(t))
			text := runEverything(t, dir)
			if wrong := regexp.MustCompile(`(?m)^\[.*ended with 2\]$`).FindAllString(text, -1); len(wrong) != 1 { // completion wants a shell
				t.Errorf("%q, want one wrong usage", wrong)
			}
			checkText(t, "a command", text)
			checkFiles(t, dir)
			if err := spy.Flush(); err != nil {
				t.Fatal(err)
			}
			checkText(t, "a message", messages.String())
			if messages.String() == "" {
				t.Error("the spy heard nothing")
			}
		})
	}
}

// collectAndScrape runs a collector that takes one beacon, and returns its log
// and what it answers to operators.
func collectAndScrape(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var log testwait.Output
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, strings.Fields("collect --site shop=k --listen 127.0.0.1:0 --linger 1ms --grace 0s"), strings.NewReader(""), &log, &log)
	}()
	address := regexp.MustCompile(`address=(\S+)`)
	testwait.Until(t, "the collector listens", func() bool { return address.MatchString(log.String()) })
	url := "http://" + address.FindStringSubmatch(log.String())[1]
	resp, err := http.Post(url+"/v1/beacons?key=k", "text/plain", strings.NewReader(`{"navigation":true,"release":"1","metrics":{"lcp":1200},"errors":[{"type":"E","message":"m"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	for _, path := range []string{"/metrics", "/readyz", "/healthz", "/rum.js"} {
		resp, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		_, _ = log.Write(text)
	}
	cancel()
	if status := <-ended; status != exitOK {
		t.Errorf("rumtop collect ended with %d:\n%s", status, log.String())
	}
	return log.String()
}

// The same when connecting fails, wherever the URL comes from.
func TestNoFailureLeaksSecrets(t *testing.T) {
	at := startNATS(t, server.Options{Authorization: "another"})
	for name, url := range map[string]string{
		"wrong port":     "nats://u:" + leaked + "@127.0.0.1:1",
		"wrong token":    "nats://" + leaked + "@" + at,
		"no TLS":         "tls://" + leaked + "@" + at,
		"no such host":   "nats://u:" + leaked + "@nowhere.invalid",
		"percent":        "nats://u:%" + leaked + "@" + at,
		"slash":          "nats://u:1/" + leaked + "@" + at,
		"hash":           "nats://" + leaked + "#1@" + at,
		"blank":          "nats://u:1 " + leaked + "@" + at,
		"a list":         "nats://127.0.0.1:1, nats://u:^" + leaked + "@" + at,
		"no port":        "nats://u:" + leaked,
		"a path":         "/etc/" + leaked + ".creds",
		"two @":          "nats://u:1@" + leaked + "@" + at,
		"WebSocket":      "ws://" + at + "/path?token=" + leaked,
		"wrong variable": "",
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("HOME", home)
			t.Setenv("XDG_CONFIG_HOME", "")
			t.Setenv("NATS_URL", url)
			if url == "" {
				t.Setenv("NATS_URL", "nats://"+at)
				t.Setenv("NATS_TOKEN", leaked)
			}
			dir := t.TempDir()
			checkText(t, "a command", runEverything(t, dir, "rumtop local,", "rumtop demo,"))
			checkFiles(t, dir)
			if strings.HasPrefix(url, "/") || url == "" {
				return
			}
			var out testwait.Output
			for _, args := range [][]string{{"-s", url, "doctor"}, {url}, {"u:" + leaked + "@shop.example"}, {"doctor", leaked + "@shop.example"}, {"--context", url, "--once"}, {"tail", "--creds", url}, {"--tlscert", url, "--tlskey", url, "--once"}, {"open", url}} {
				_ = run(t.Context(), args, strings.NewReader(""), &out, &out)
			}
			if err := os.MkdirAll(filepath.Join(home, ".config", "rumtop"), 0o700); err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{fmt.Sprintf("server: %q", url), url, "window: " + url, url + ": x", "- " + url} {
				if err := os.WriteFile(filepath.Join(home, ".config", "rumtop", "config.yaml"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				t.Setenv("NATS_URL", "")
				_ = run(t.Context(), []string{"tail"}, strings.NewReader(""), &out, &out)
			}
			checkText(t, "a command", out.String())
		})
	}
}

// A token that is typed where a command or a flag belongs is not quoted; a
// mistyped word is.
func TestUnknownArgumentUnquoted(t *testing.T) {
	for _, c := range []struct{ arg, says string }{
		{"xq7Lr2Vn9KdW4sTz", `unknown command "…" for "rumtop"`},
		{"deadbeef0123456789abcdef01234567", `unknown command "…"`},
		{"hunter2", `unknown command "…"`},
		{"correcthorsebatterystaple", `unknown command "…"`},
		{"pass word", `unknown command "…"`},
		{`pass"w\ord`, `unknown command "…"`},
		{"nats://hunter2@nats.example", `unknown command "…"`},
		{"-xq7Lr2Vn9KdW4sTz", "unknown shorthand flag: 'x' in -…"},
		{"--xq7Lr2Vn9KdW4sTz", "unknown flag: -…"},
		{"--xq7Lr2Vn9KdW4sTz=1", "unknown flag: -…"},
		{"verdcit", `unknown command "verdcit"`},
		{"--srever=nats://hunter2@nats.example", "unknown flag: --srever"},
	} {
		var stderr strings.Builder
		status := run(t.Context(), []string{c.arg}, nil, io.Discard, &stderr)
		if says := stderr.String(); status != exitUsage || !strings.Contains(says, c.says) {
			t.Errorf("%q: status %d, says %q; want %q", c.arg, status, says, c.says)
		}
	}
}
