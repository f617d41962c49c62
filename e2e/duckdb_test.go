//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/frame"
)

// The SQL statements of docs/snapshots.md give, in DuckDB, the figures that rumtop
// shows and reports.
func TestDuckDBFigures(t *testing.T) {
	e := buildPrograms(t)
	t.Run("all that a beacon can be", func(t *testing.T) {
		r := newHarness(t, e)
		const sent = 6000
		r.postRandom(sent)
		r.frameWith("all beacons", func(f *frame.Frame) bool { return f.Total.Beacons == sent })
		file := filepath.Join(t.TempDir(), "anything.rumsnap")
		r.rumtop("snapshot", "--since", "1h", "-o", file)
		compareFigures(t, e, file)
	})
	t.Run("the demo's incident", func(t *testing.T) { compareFigures(t, e, demoSnapshot(t, e, "--rate", "30")) })
}

// postRandom sends beacons with fields drawn from a few values each, so that page
// views begin late or twice, fail in another release than they began in, or have
// no user. It takes some seconds, so that there is a time range.
func (r *harness) postRandom(n int) {
	r.t.Helper()
	dice := rand.New(rand.NewPCG(1, 1))
	one := func(of ...string) string { return of[dice.IntN(len(of))] }
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	var body strings.Builder
	for i := range n {
		visit := dice.IntN(n / 4)
		_, _ = fmt.Fprintf(&body, `{"id":"%d","events":[{"name":"seen"}],"navigation":%t`, i, dice.IntN(3) == 0)
		if dice.IntN(12) > 0 {
			_, _ = fmt.Fprintf(&body, `,"view":"v%d"`, visit)
		}
		if visit%5 > 0 {
			_, _ = fmt.Fprintf(&body, `,"session":"s%d"`, visit%400)
		}
		if visit%2 > 0 {
			_, _ = fmt.Fprintf(&body, `,"user":"u%d"`, visit%150)
		}
		switch visit % 7 {
		case 0:
			body.WriteString(`,"sample_rate":0.1`)
		case 1:
			_, _ = fmt.Fprintf(&body, `,"sample_rate":0.25,"sampled":%t`, dice.IntN(2) == 0)
		}
		if rel := one("", "2.4.0", "2.4.0", "2.4.1"); rel != "" {
			_, _ = fmt.Fprintf(&body, `,"release":"%s"`, rel)
		}
		_, _ = fmt.Fprintf(&body, `,"url":"https://shop.example%s","device":"%s"`, one("/", "/cart", "/checkout"), one("mobile", "desktop"))
		if tier := one("", "free", "paid"); tier != "" {
			_, _ = fmt.Fprintf(&body, `,"tags":{"tier":"%s"}`, tier)
		}
		if dice.IntN(2) == 0 {
			_, _ = fmt.Fprintf(&body, `,"metrics":{"lcp":%.1f,"inp":%d}`, 800*math.Exp(dice.NormFloat64()), 40+dice.IntN(400))
		}
		if dice.IntN(9) == 0 {
			body.WriteString(`,"errors":[{"type":"TypeError","message":"reading 'total'"}` + one("", `,{"type":"RangeError","message":"too deep"}`) + `]`)
		}
		if dice.IntN(3) == 0 {
			_, _ = fmt.Fprintf(&body, `,"requests":[{"url":"https://api.shop.example/cart","method":"POST","status":%s,"duration":80}]`, one("200", "200", "404", "0"))
		}
		body.WriteString("}\n")
		if i%50 == 49 || i == n-1 {
			r.post(body.String())
			body.Reset()
			<-pace.C
		}
	}
}

// documentedSQL returns the statements of docs/snapshots.md.
func documentedSQL(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "snapshots.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sql\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 1 {
		t.Fatalf("%d blocks of SQL in docs/snapshots.md", len(blocks))
	}
	return regexp.MustCompile(`(?m)^ *--.*\n`).ReplaceAllString(blocks[0][1], "")
}

// readmeSQL returns the statement in a snapshot's README.
func readmeSQL(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "Ask it in DuckDB:")
	if !found {
		t.Fatalf("no SQL statement in\n%s", text)
	}
	line, _, _ := strings.Cut(rest, "\n")
	return line
}

var (
	moments    = regexp.MustCompile(`(SET VARIABLE (?:since|until) = TIMESTAMPTZ )'[^']*'`)
	byRelease  = regexp.MustCompile(`\brelease\b`)
	ofRelease  = regexp.MustCompile(`(SELECT) release,|,? release( ORDER)|GROUP BY release`)
	dimensions = []struct{ name, sql string }{{"release", "release"}, {"page", "page"}, {"device", "device"}, {"tier", "tags->>'tier'"}}
)

// compareFigures unpacks a snapshot as the document says and compares the answers
// of its statements with what rumtop opens and reports: by several dimensions and
// in total, over the whole snapshot and each phase of an incident.
func compareFigures(t *testing.T, e *env, file string) {
	dir := unpack(t, file)
	opened := func(by string) figures {
		return printed(t, e, "open", file, "--once", "--format", "json", "--window", "2h", "--by", by)
	}
	report := reportFigures(t, e, file)
	phases := report.list("phases")
	answers := queryDuckDB(t, dir, questions(t, dir, phases))
	next := func() (a [][]figures) { a, answers = answers[0], answers[1:]; return a }

	compared := 0
	for _, a := range next()[:3] {
		compared += compare(t, "the screen's total", []figures{opened("release").object("total")}, a)
		compared += compare(t, "all of the report", []figures{report.object("all")}, a)
	}
	compared += compare(t, "the screen by region", opened("region").list("segments"), next()[0])
	for _, phase := range phases {
		for _, a := range next()[:3] {
			compared += compare(t, fmt.Sprintf("the report of %v", phase["name"]), []figures{phase.object("total")}, a)
		}
	}
	for i, by := range dimensions {
		screen, whole := opened(by.name), next()
		if screen["hidden_segments"] != nil {
			t.Fatalf("by %s: segments are hidden", by.name)
		}
		for _, a := range whole[:3] {
			compared += compare(t, "the screen by "+by.name, screen.list("segments"), a)
		}
		compared += compareErrors(t, screen, whole[3])
		breakdown := report.list("breakdowns")[i]
		for p, phase := range phases {
			rows := breakdown.phaseRows(p)
			for _, a := range next()[:3] {
				compared += compare(t, fmt.Sprintf("the report of %v by %s", phase["name"], by.name), rows, a)
			}
		}
	}
	t.Logf("%d figures", compared)
	if compared < 250 {
		t.Errorf("only %d figures were compared", compared)
	}
}

// unpack unzips a snapshot and verifies its checksums.
func unpack(t *testing.T, file string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "incident")
	for _, words := range [][]string{
		{"unzip", "-q", "-d", dir, file},
		{"sh", "-c", `cd "$0" && sha256sum --quiet -c SHA256SUMS`, dir},
	} {
		if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", words, err, out)
		}
	}
	return dir
}

// reportFigures is the report of a snapshot by all dimensions.
func reportFigures(t *testing.T, e *env, file string) figures {
	t.Helper()
	args := []string{"report", file, "--format", "json", "--min-cohort", "1"}
	for _, by := range dimensions {
		args = append(args, "--by", by.name)
	}
	return printed(t, e, args...)
}

// questions are the SQL scripts in the order of the comparisons. Each has four
// answers; the one of the snapshot's README, the second, has one.
func questions(t *testing.T, dir string, phases []figures) []string {
	t.Helper()
	sql := documentedSQL(t)
	total := ofRelease.ReplaceAllString(sql, "$1$2")
	all := []string{total, readmeSQL(t, dir)}
	for _, phase := range phases {
		all = append(all, phase.withPhase(total))
	}
	for _, by := range dimensions {
		grouped := byRelease.ReplaceAllString(sql, by.sql)
		all = append(all, grouped)
		for _, phase := range phases {
			all = append(all, phase.withPhase(grouped))
		}
	}
	return all
}

// figures is a JSON object of rumtop's output for scripts.
type figures map[string]any

func printed(t *testing.T, e *env, args ...string) figures {
	t.Helper()
	out, problems, status := run(t, e.rumtop, args...)
	if status != 0 {
		t.Fatalf("rumtop %q ended with %d: %s", args, status, problems)
	}
	f := figures{}
	if err := json.Unmarshal([]byte(out), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f figures) object(name string) figures { m, _ := f[name].(map[string]any); return m }

// phaseRows are the rows of a breakdown in the p-th phase.
func (f figures) phaseRows(p int) (rows []figures) {
	for _, s := range f.list("segments") {
		if row := s.list("phases")[p]; row != nil {
			row["key"] = s["key"]
			rows = append(rows, row)
		}
	}
	return rows
}

func (f figures) list(name string) (rows []figures) {
	all, _ := f[name].([]any)
	for _, one := range all {
		m, _ := one.(map[string]any) // nil for null
		rows = append(rows, m)
	}
	return rows
}

// withPhase sets the time range of a phase in SQL.
func (f figures) withPhase(sql string) string {
	bounds := []any{f["from"], f["to"]}
	return moments.ReplaceAllStringFunc(sql, func(s string) string {
		s = moments.ReplaceAllString(s, fmt.Sprintf("$1'%s'", bounds[0]))
		bounds = bounds[1:]
		return s
	})
}

// queryDuckDB runs scripts in the directory of the tables, each in its own
// database, and returns the answers of each.
func queryDuckDB(t *testing.T, dir string, scripts []string) (answers [][][]figures) {
	t.Helper()
	program, err := filepath.Abs("duckdb.mjs")
	if err != nil {
		t.Fatal(err)
	}
	in, err := json.Marshal(scripts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", program)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(in)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s: is there a node_modules? npm ci --prefix e2e", err, problems.String())
	}
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if want := map[bool]int{true: 1, false: 4}[i == 1]; len(a) != want {
			t.Fatalf("%d answers instead of %d to\n%s", len(a), want, scripts[i])
		}
	}
	return answers
}

// compare compares rows of DuckDB with rumtop's, by key and column name, and
// returns the number of figures.
func compare(t *testing.T, where string, rows, answer []figures) (n int) {
	t.Helper()
	left := map[string]figures{}
	var columns []string
	for _, row := range answer {
		key := ""
		columns = columns[:0]
		for name, value := range row {
			switch _, number := value.(float64); {
			case figureOf(figures{}, name) != nil, number:
				columns = append(columns, name)
			case value == nil, value == "":
				key = "(none)"
			default:
				key, _ = value.(string)
			}
		}
		left[key] = row
	}
	for _, row := range rows {
		key, _ := row["key"].(string)
		theirs := left[key]
		delete(left, key)
		for _, name := range columns {
			ours, given := figureOf(row, name).(float64)
			if n++; !given && theirs == nil {
				continue // a percentile of nothing
			}
			their, _ := theirs[name].(float64) // 0 where DuckDB has no such row
			most := 0.5 + 1e-6*their           // counts are printed whole
			switch {
			case strings.HasSuffix(name, "_p75"):
				most = 0.01 * their
			case strings.HasSuffix(name, "_rate"):
				most = 1e-6
			}
			if !given || math.Abs(ours-their) > most {
				t.Errorf("%s: %s of %q is %v in DuckDB, %v in rumtop", where, name, key, their, figureOf(row, name))
			}
		}
	}
	for key := range left {
		t.Errorf("%s: rumtop has no row %q", where, key)
	}
	return n
}

// figureOf is the figure of a row that a column names: lcp_p75 is p75 of lcp.
func figureOf(row figures, column string) any {
	if vital, figure, ok := strings.Cut(column, "_"); ok {
		if dist := row.object(vital); dist != nil {
			return dist[figure]
		}
	}
	return row[column]
}

func compareErrors(t *testing.T, screen figures, answer []figures) int {
	t.Helper()
	known := map[any]figures{}
	for _, e := range screen.list("errors") {
		known[e["fingerprint"]] = e
	}
	for _, theirs := range answer {
		ours := known[theirs["fingerprint"]]
		count, _ := ours["count"].(float64)
		their, _ := theirs["count"].(float64)
		if math.Abs(count-their) > 0.5+1e-6*their || ours["users"] != theirs["users"] || ours["type"] != theirs["type"] {
			t.Errorf("an error group is %v in DuckDB, %v in rumtop", theirs, ours)
		}
	}
	return 2 * len(answer)
}
