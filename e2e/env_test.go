//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/evanw/esbuild/pkg/api"
)

// env is what all scenarios share: the programs, the pages' scripts, a browser.
type env struct {
	rumtop, nats string
	scripts      map[string][]byte // by their path on the site
	browser      context.Context
}

func newEnv(t *testing.T, options ...chromedp.ExecAllocatorOption) *env {
	t.Helper()
	e := buildPrograms(t)
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Fatalf("%v: apt-get install tmux", err)
	}
	for _, plain := range []string{"truth.js", "shop.js"} {
		text, err := os.ReadFile(filepath.Join("pages", plain))
		if err != nil {
			t.Fatal(err)
		}
		e.scripts["/"+plain] = text
	}
	e.browser = startBrowser(t, options)
	return e
}

// buildPrograms builds the programs; some tests need no more.
func buildPrograms(t *testing.T) *env {
	t.Helper()
	dir := t.TempDir()
	e := &env{rumtop: filepath.Join(dir, "rumtop"), nats: filepath.Join(dir, "nats-server"), scripts: map[string][]byte{}}
	for program, source := range map[string]string{
		e.rumtop: "github.com/rumtop/rumtop/cmd/rumtop",
		e.nats:   "github.com/nats-io/nats-server/v2",
	} {
		build := exec.Command("go", "build", "-o", program, source)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", source, err, out)
		}
	}
	return e
}

// bundle bundles a page's script with the SDK that it imports.
func bundle(t *testing.T, source string, alias map[string]string) []byte {
	t.Helper()
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{filepath.Join("pages", source)},
		Alias:       alias, Bundle: true, Format: api.FormatIIFE, LogLevel: api.LogLevelSilent,
	})
	for _, e := range result.Errors {
		t.Fatalf("bundle %s: %s: is there a node_modules? npm ci --prefix e2e", source, e.Text)
	}
	return result.OutputFiles[0].Contents
}

// personAgent is the user agent of a person: by its own, a headless Chromium is
// a test, which viewers leave out.
const personAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

func startBrowser(t *testing.T, options []chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(), slices.Concat(chromedp.DefaultExecAllocatorOptions[:],
		[]chromedp.ExecAllocatorOption{chromedp.ExecPath("chromium"), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserAgent(personAgent)},
		options,
	)...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start chromium: %v: apt-get install chromium", err)
	}
	return ctx
}
