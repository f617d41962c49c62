package sourcemap

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

// The source that the tests bundle, and its lines of the error and of the call.
const (
	source = `export type Cart = { total: number } | undefined

export function paymentTotal(cart: Cart): number {
  const rounded = Math.round(cart!.total)
  return rounded
}

export function submitPayment(cart: Cart): void {
  console.log("total", paymentTotal(cart))
}

(globalThis as any).submit = submitPayment
`
	failing, calling = 4, 9
)

// bundled writes the map of a minified bundle and returns a stack of it in V8's
// format.
func bundled(t testing.TB, dir, release, name string) []string {
	t.Helper()
	project := t.TempDir()
	entry := filepath.Join(project, "src", "total.ts")
	write(t, entry, []byte(source))
	r := api.Build(api.BuildOptions{
		EntryPoints: []string{entry}, Bundle: true, MinifyWhitespace: true, MinifyIdentifiers: true, Format: api.FormatIIFE,
		Sourcemap: api.SourceMapLinked, Outfile: filepath.Join(project, "dist", filepath.Base(name)), AbsWorkingDir: project,
	})
	if len(r.Errors) > 0 {
		t.Fatal(r.Errors)
	}
	var code string
	for _, f := range r.OutputFiles {
		if strings.HasSuffix(f.Path, ".map") {
			write(t, filepath.Join(dir, release, name+".map"), f.Contents)
		} else {
			code = string(f.Contents)
		}
	}
	at := func(after string) string { // the position after it
		i := strings.Index(code, after)
		if i < 0 {
			t.Fatalf("no %q in %s", after, code)
		}
		i += len(after)
		line := strings.Count(code[:i], "\n")
		return fmt.Sprintf("https://shop.example/assets/%s:%d:%d", filepath.Base(name), line+1, i-strings.LastIndex(code[:i], "\n"))
	}
	return []string{
		"TypeError: Cannot read properties of undefined (reading 'total')",
		"    at n (" + at("Math.round(") + ")",
		"    at o (" + at(`"total",`) + ")",
		"    at HTMLFormElement.onsubmit (https://shop.example/checkout:88:3)",
	}
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, dir string) *Maps {
	t.Helper()
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func TestFrames(t *testing.T) {
	for _, name := range []string{"app-3f2a.js", "assets/app-3f2a.js"} {
		dir := t.TempDir()
		stack := bundled(t, dir, "2.4.1", name)
		m := open(t, dir)
		checkFrames(t, m, stack)
		checkFrames(t, m, geckoStack(stack))
		if _, err := m.Frames(context.Background(), "2.4.0", stack); err == nil || !strings.Contains(err.Error(), "2.4.0") {
			t.Errorf("Frames of a release without maps: %v", err)
		}
	}
}

func checkFrames(t *testing.T, m *Maps, stack []string) {
	t.Helper()
	frames, err := m.Frames(context.Background(), "2.4.1", stack)
	if err != nil || len(frames) != len(stack) {
		t.Fatalf("Frames(%q) = %+v, %v", stack, frames, err)
	}
	want := []Frame{{}, {"src/total.ts", failing, "paymentTotal"}, {"src/total.ts", calling, ""}, {}}
	for i := range want {
		if frames[i] != want[i] {
			t.Errorf("%q is %+v, want %+v", stack[i], frames[i], want[i])
		}
	}
}

// geckoStack is a stack of V8's in the format of Firefox and Safari.
func geckoStack(stack []string) []string {
	gecko := slices.Clone(stack)
	for i, line := range gecko {
		if function, where, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "at "), " ("); ok && i > 0 {
			gecko[i] = function + "@" + strings.TrimSuffix(where, ")")
		}
	}
	return gecko
}

// Names come from pages: none may reach outside of the directory.
func TestFramesStayInDir(t *testing.T) {
	outer := t.TempDir()
	dir := filepath.Join(outer, "maps")
	stack := bundled(t, outer, "secret", "app.js")
	if err := os.MkdirAll(filepath.Join(dir, "2.4.1"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(outer, "secret"), filepath.Join(dir, "linked")); err != nil {
		t.Fatal(err)
	}
	m := open(t, dir)
	for _, release := range []string{"", ".", "..", "../secret", "/etc", "2.4.1/../../secret", `..\secret`, "a\x00b", "linked", strings.Repeat("a", 1000)} {
		if frames, err := m.Frames(context.Background(), release, stack); err == nil {
			t.Errorf("release %q: %+v", release, frames)
		}
	}
	for _, file := range []string{"../../secret/app.js", "..%2f..%2fsecret%2fapp.js", "%2e%2e/%2e%2e/secret/app.js", `..\..\secret\app.js`, "a%00b"} {
		line := "at pay (https://shop.example/" + file + ":1:1)"
		if frames, err := m.Frames(context.Background(), "2.4.1", []string{line}); err == nil && frames[0] != (Frame{}) {
			t.Errorf("file %q: %+v", file, frames)
		}
	}
}

func TestFramesInvalidMaps(t *testing.T) {
	dir := t.TempDir()
	m := open(t, dir)
	big, err := os.OpenFile(filepath.Join(dir, "big"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "1", "dir.js.map"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := big.Truncate(MaxMap + 1); err != nil {
		t.Fatal(err)
	}
	if err := big.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "big"), filepath.Join(dir, "1", "big.js.map")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty": "", "html": "<!doctype html>", "list": "[]", "old": `{"version":2}`, "mappings": `{"version":3,"sources":["a"],"mappings":5}`,
		"section": `{"version":3,"sections":[{"offset":{"line":0,"column":0},"map":null}]}`,
	} {
		write(t, filepath.Join(dir, "1", name+".js.map"), []byte(text))
	}
	for _, name := range []string{"empty", "html", "list", "old", "mappings", "section", "big", "dir"} {
		frames, err := m.Frames(context.Background(), "1", []string{"at pay (https://shop.example/" + name + ".js:1:1)"})
		if err == nil || !strings.Contains(err.Error(), "source map 1/"+name+".js.map") {
			t.Errorf("%s: %+v, %v", name, frames, err)
		}
	}
}

func TestMapsCacheBounded(t *testing.T) {
	dir := t.TempDir()
	m := open(t, dir)
	for i := range 3 * maxCached {
		stack := []string{fmt.Sprintf("at pay (https://shop.example/%d.js:1:1)", i)}
		write(t, filepath.Join(dir, "1", fmt.Sprintf("%d.js.map", i)), []byte(`{"version":3,"sources":["a.ts"],"names":[],"mappings":"AAAA"}`))
		if frames, err := m.Frames(context.Background(), "1", stack); err != nil || frames[0].File != "a.ts" || frames[0].Function != "pay" {
			t.Fatalf("%+v, %v", frames, err)
		}
	}
	if n := m.cache.Len(); n != maxCached {
		t.Errorf("%d maps are cached, want %d", n, maxCached)
	}
}

func TestOpenMissingDir(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("Open of a missing directory succeeded")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"version":3,"sources":["a.ts"],"names":["x"],"mappings":"AAAAA"}`), "at pay (https://a.example/x.js:1:1)")
	f.Add([]byte(`{"version":3,"sections":[{"offset":{"line":-1,"column":0},"map":{"version":3,"mappings":"D"}}]}`), "@x:1:1")
	f.Fuzz(func(t *testing.T, data []byte, line string) {
		at, ok := parseLine(line)
		if ok && (at.line < 1 || at.column < 1 || at.file == "") {
			t.Errorf("parseLine(%q) = %+v", line, at)
		}
		if c, err := decode(data); err == nil {
			if _, _, line := locate(c, place{line: 1, column: 1}); line < 0 {
				t.Errorf("line %d", line)
			}
		}
	})
}
