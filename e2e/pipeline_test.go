//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/sync/errgroup"

	"github.com/rumtop/rumtop/internal/beacon"
	demoshop "github.com/rumtop/rumtop/internal/demo"
	"github.com/rumtop/rumtop/internal/frame"
	"github.com/rumtop/rumtop/internal/testwait"
)

// TestPipeline runs what pipelines and pagers run, with the demo's traffic.
func TestPipeline(t *testing.T) {
	e := buildPrograms(t)
	r := newHarness(t, e, "--region", "", "--region-header", demoshop.RegionHeader, "--trusted-proxies", "127.0.0.0/8", "--origin", demoshop.Origin,
		"--site", "sound=pk_sound", "--site", "broken=pk_broken", "--site", "job=pk_job", "--site", "pager=pk_pager")
	of := func(t *testing.T, site string) *harness {
		t.Parallel()
		own := *r
		own.t, own.site, own.key = t, site, "pk_"+site
		return &own
	}
	t.Run("pager", func(t *testing.T) { breachCommand(of(t, "pager")) })
	t.Run("not worse", func(t *testing.T) {
		r := of(t, "sound")
		r.runShop("canary", -12*time.Minute, 5*time.Minute)
		v := r.runVerdict(0, "", "--baseline", "2.4.0", "--canary", "2.4.1")
		if v.Verdict != frame.NotWorse || v.Needs != 0 || v.Support < 0.9 {
			t.Errorf("verdict on a sound release: %+v", v)
		}
		// Too few users for a verdict.
		v = r.runVerdict(3, "not enough data: needs about ", "--baseline", "2.4.0", "--canary", "2.4.1", "-f", "region=ap-south device=mobile")
		if v.Verdict != frame.NeedsMore || v.Needs == 0 {
			t.Errorf("verdict on few users: %+v", v)
		}
		v = r.runVerdict(3, "not enough data: ", "--baseline", "2.4.0", "--canary", "9.9.9")
		if v.Verdict != frame.NeedsMore || v.CanaryViews != 0 {
			t.Errorf("verdict on an unknown release: %+v", v)
		}
		for _, wrong := range []struct {
			says string
			args []string
		}{
			{"set --baseline and --canary", []string{"--baseline", "2.4.0"}},
			{"use two releases", []string{"--baseline", "2.4.0", "--canary", "2.4.0"}},
			{"--margin", []string{"--baseline", "2.4.0", "--canary", "2.4.1", "--margin", "errors=5"}},
			{"column 5", []string{"--baseline", "2.4.0", "--canary", "2.4.1", "-f", "lcp>fast"}},
			{"unknown flag", []string{"--base", "2.4.0"}},
		} {
			stdout, stderr, status := run(t, e.rumtop, append([]string{"verdict", "--server", r.server, "--site", r.site}, wrong.args...)...)
			if status != 2 || stdout != "" || !strings.Contains(stderr, wrong.says) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("verdict %q: status %d, prints %q, says %q", wrong.args, status, stdout, stderr)
			}
		}
	})
	t.Run("regressed", func(t *testing.T) {
		r := of(t, "broken")
		r.runShop("bad-release", -8*time.Minute, 2*time.Minute)
		v := r.runVerdict(1, "2.4.1 is worse than 2.4.0", "--baseline", "2.4.0", "--canary", "2.4.1")
		i := slices.IndexFunc(v.Measures, func(m frame.MeasureVerdict) bool { return m.Measure == "error_rate" })
		if v.Verdict != frame.Regressed || i < 0 || v.Measures[i].Verdict != frame.Regressed || v.Measures[i].Change.Low <= 0 {
			t.Errorf("verdict on a broken release: %+v", v)
		}
		status, out := r.runJob("2.4.0", "2.4.1", nil)
		if status != 1 || !strings.Contains(out, "error_rate\n") {
			t.Errorf("the job ended with %d:\n%s", status, out)
		}
	})
	t.Run("job", func(t *testing.T) { canaryJob(of(t, "job")) })
}

// runShop posts a demo scenario's traffic between two moments relative to its
// start, as fast as the collector accepts it.
func (r *harness) runShop(scenario string, from, to time.Duration) {
	r.t.Helper()
	start := time.Now()
	sim, err := demoshop.New(demoshop.Config{Seed: 1, Scenario: scenario, Start: start})
	if err != nil {
		r.t.Fatal(err)
	}
	post := demoshop.Post(&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}, r.url+"/v1/beacons?key="+r.key)
	lanes, ctx := errgroup.WithContext(r.t.Context())
	lanes.SetLimit(8)
	err = sim.Generate(start.Add(from), start.Add(to), func(q demoshop.Request) error {
		lanes.Go(func() error { return post(ctx, q) })
		return ctx.Err()
	})
	if waited := lanes.Wait(); waited != nil {
		err = waited
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// runVerdict runs rumtop verdict like a script.
func (r *harness) runVerdict(status int, says string, args ...string) *frame.Verdict {
	r.t.Helper()
	stdout, stderr, got := run(r.t, r.env.rumtop, append([]string{"verdict", "--server", r.server, "--site", r.site, "--format", "json"}, args...)...)
	if got != status || !strings.Contains(stderr, says) || (stderr == "") != (status == 0) {
		r.t.Errorf("verdict %q: status %d, says %q", args, got, stderr)
	}
	v := &frame.Verdict{}
	if err := json.Unmarshal([]byte(stdout), v); err != nil {
		r.t.Fatalf("%v in %s", err, stdout)
	}
	return v
}

// runJob runs the script of docs/verdict.md like a CI system: with bash, -e and
// -o pipefail. between is called while it sleeps; nil if it must not sleep.
func (r *harness) runJob(stable, canary string, between func()) (status int, out string) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "verdict.md"))
	if err != nil {
		r.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	block, _, _ := strings.Cut(rest, "```")
	var recipe struct {
		Canary struct {
			Script    []string
			Artifacts struct{ Paths []string }
		}
	}
	if err := yaml.Unmarshal([]byte(block), &recipe); err != nil || len(recipe.Canary.Script) == 0 {
		r.t.Fatalf("%v in the recipe:\n%s", err, block)
	}
	dir := r.t.TempDir()
	// The job sleeps for as long as the test needs.
	asleep, awake := filepath.Join(dir, "asleep"), filepath.Join(dir, "awake")
	nap := "#!/bin/sh\ntouch " + asleep + "\nuntil [ -e " + awake + " ]; do /bin/sleep 0.05; done\n"
	if err := os.WriteFile(filepath.Join(dir, "sleep"), []byte(nap), 0o755); err != nil {
		r.t.Fatal(err)
	}
	cmd := exec.CommandContext(r.t.Context(), "bash", "-eo", "pipefail", "-c", strings.Join(recipe.Canary.Script, "\n"))
	cmd.Dir = dir
	cmd.Env = append(bareEnvironment(r.t), "PATH="+dir+":"+filepath.Dir(r.env.rumtop)+":"+os.Getenv("PATH"),
		"NATS_URL="+r.server, "RUMTOP_SITE="+r.site, "STABLE="+stable, "CANARY="+canary)
	var printed testwait.Output
	cmd.Stdout, cmd.Stderr = &printed, &printed
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for end := time.After(2 * testwait.Patience); ; {
		select {
		case <-ended:
			for _, path := range recipe.Canary.Artifacts.Paths {
				if kept, err := os.ReadFile(filepath.Join(dir, path)); err != nil || !json.Valid(kept) {
					r.t.Errorf("the artifact %s: %v, %s", path, err, kept)
				}
			}
			return cmd.ProcessState.ExitCode(), printed.String()
		case <-end:
			r.t.Fatalf("the job does not end: %s", printed.String())
		case <-time.After(20 * time.Millisecond):
		}
		if _, err := os.Stat(asleep); err == nil && between != nil {
			between()
			between = nil
			if err := os.WriteFile(awake, nil, 0o600); err != nil {
				r.t.Fatal(err)
			}
		}
	}
}

// canaryJob: the documented job adds a marker of the deployment for all viewers,
// waits while there is not enough data, and passes when there is.
func canaryJob(r *harness) {
	r.runShop("canary", -8*time.Minute, -3*time.Minute)
	m := newTerminal(r.t, 120, 36, r.env.rumtop, "--server", r.server, "--site", r.site)
	m.waitFor("live", "by region")
	waited := false
	status, out := r.runJob("2.4.0", "2.4.1", func() {
		waited = true
		m.sendKeys("M")
		m.waitFor("canary 2.4.1", "ci")
		r.runShop("canary", -3*time.Minute, 6*time.Minute)
	})
	if status != 0 || !waited {
		r.t.Errorf("the job ended with %d, waited: %v\n%s", status, waited, out)
	}
	f := r.frame()
	if !slices.ContainsFunc(f.Markers, func(m beacon.Marker) bool { return m.Text == "canary 2.4.1" }) {
		r.t.Errorf("no marker of the job in %+v", f.Markers)
	}
	// A marker of another kind appears while the page is open.
	r.rumtop("annotate", "--site", r.site, "--kind", "mitigation", "--author", "jane", "payments moved")
	m.waitFor("payments moved", "mitigation", "jane")
	m.sendKeys("q")
	if status := m.exitStatus(); status != "0" {
		r.t.Errorf("rumtop ended with %s", status)
	}
}

// breachCommand: check --watch runs its command once, when a budget has burned for
// --burn-for.
func breachCommand(r *harness) {
	output := filepath.Join(r.t.TempDir(), "output")
	var printed testwait.Output
	objective := []string{"--server", r.server, "--site", r.site, "--burn-for", "1m", "--objective", "errors=99% of views", "--objective", "speed=75% of lcp<=2500"}
	ctx, cancel := context.WithCancel(r.t.Context())
	var visits errgroup.Group
	defer func() {
		cancel()
		if err := visits.Wait(); err != nil {
			r.t.Error(err)
		}
	}()
	r.post(`{"navigation":true,"view":"first"}`)
	r.frameWith("a beacon", func(f *frame.Frame) bool { return f.Total.Views == 1 })
	if stdout, stderr, status := run(r.t, r.env.rumtop, append([]string{"check"}, objective...)...); status != 3 || !strings.Contains(stdout, "not enough data") || !strings.Contains(stderr, "errors, speed") {
		r.t.Errorf("check of one beacon: status %d, prints %q, says %q", status, stdout, stderr)
	}
	visits.Go(func() error {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
			r.post(`[{"navigation":true,"metrics":{"lcp":900}},{"navigation":true,"metrics":{"lcp":900},"errors":[{"type":"TypeError","message":"reading 'total'"}]}]`)
		}
	})
	watch := start(r.t, &printed, r.env.rumtop, append([]string{"check", "--watch", "--format", "json", "--on-breach", "cat >>" + output}, objective...)...)
	patient := time.Now().Add(60*time.Second + testwait.Patience)
	var text []byte
	for !strings.HasSuffix(string(text), "\n") {
		if time.Now().After(patient) {
			r.t.Fatal("the command of --on-breach did not run")
		}
		time.Sleep(100 * time.Millisecond)
		text, _ = os.ReadFile(output) // not there yet
	}
	var breach struct {
		Schema, Event, Site string
		Objectives          []frame.Burn
		Total               frame.Row
	}
	if err := json.Unmarshal(text, &breach); err != nil {
		r.t.Fatalf("%v in %s", err, text)
	}
	if breach.Schema != "rumtop.breach/1" || breach.Event != "began" || breach.Site != r.site || len(breach.Objectives) != 1 ||
		breach.Objectives[0].Name != "errors" || breach.Objectives[0].Rate < 30 || breach.Total.ErrorRate < 0.4 {
		r.t.Errorf("the command got %s", text)
	}
	if strings.Count(string(text), "\n") != 1 || strings.Count(printed.String(), `"event":"began"`) != 1 {
		r.t.Errorf("the command got %q, printed %q", text, printed.String())
	}
	stdout, stderr, status := run(r.t, r.env.rumtop, append([]string{"check", "--format", "json"}, objective...)...)
	if status != 1 || !strings.Contains(stdout, `"schema":"rumtop.check/1"`) || !strings.Contains(stderr, "error budget breach") {
		r.t.Errorf("check of a breach: status %d, prints %q, says %q", status, stdout, stderr)
	}
	if _, _, status := run(r.t, r.env.rumtop, append([]string{"check", "--mute", "errors"}, objective...)...); status != 0 {
		r.t.Errorf("check of a muted objective: status %d", status)
	}
	if status := watch.stop(); status != 0 {
		r.t.Errorf("check --watch ended with %d", status)
	}
}
