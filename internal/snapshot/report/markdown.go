package report

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Markdown writes the report for a wiki: GitHub's dialect, with charts as text.
func Markdown(w io.Writer, r *Report) error {
	m := &markdown{}
	m.head(r)
	m.timeline(r)
	m.phases(r)
	m.charts(r)
	for i := range r.Breakdowns {
		m.breakdown(r, &r.Breakdowns[i])
	}
	m.errors(r)
	m.differs(r)
	m.verdict(r)
	m.silences(r)
	m.objectives(r)
	m.notesAndQuality(r)
	_, err := io.WriteString(w, m.String())
	return err
}

type markdown struct{ strings.Builder }

func (m *markdown) linef(format string, args ...any) {
	_, _ = fmt.Fprintf(m, format, args...)
	m.WriteByte('\n')
}

// escaped escapes untrusted text for Markdown and HTML, in running text and in
// tables.
func escaped(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	var b strings.Builder
	for i, c := range s {
		switch {
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '&':
			b.WriteString("&amp;")
		case c == '@': // would mention a user
			b.WriteString("&#64;")
		case c == ':' && strings.HasPrefix(s[i:], "://"): // would be a link
			b.WriteString("&#58;")
		case c == '.' && i >= 3 && strings.EqualFold(s[i-3:i], "www"):
			b.WriteString("&#46;")
		case strings.ContainsRune("\\`*_[]#|~$", c), i == 0 && strings.ContainsRune("+-=", c):
			b.WriteByte('\\')
			b.WriteRune(c)
		case (c == '.' || c == ')') && strings.Trim(s[:i], "0123456789") == "" && !strings.ContainsAny(s[i+1:min(i+2, len(s))], "0123456789"): // would be a list
			b.WriteByte('\\')
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// quote writes a person's lines as a quotation, escaped.
func (m *markdown) quote(s string) {
	for line := range strings.Lines(s) {
		m.linef("> %s  ", escaped(strings.TrimSpace(line)))
	}
}

// codeBlock writes a block that no text in s can end.
func (m *markdown) codeBlock(s string) {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	m.linef("%s\n%s\n%s\n", fence, strings.TrimSuffix(s, "\n"), fence)
}

// table writes a table; cells are Markdown already. The first column is text.
func (m *markdown) table(head []string, rows [][]string) {
	m.linef("| %s |", strings.Join(head, " | "))
	m.linef("| :--- |%s", strings.Repeat(" ---: |", len(head)-1))
	for _, row := range rows {
		m.linef("| %s |", strings.Join(row, " | "))
	}
	m.linef("")
}

func (m *markdown) head(r *Report) {
	m.linef("# %s: %s to %s\n", escaped(r.Site), date(r.From), date(r.To))
	m.linef("%s\n", escaped(provenance(r)))
	if r.Filter != "" {
		m.linef("Only page views that match the filter %s.\n", codeSpan(r.Filter))
	}
	if r.Summary != "" {
		m.linef("## Summary\n")
		m.quote(r.Summary)
		m.linef("")
	}
	m.linef("## What happened\n")
	m.linef("- Onset: %s", escaped(moment(r.Incident.Onset)))
	m.linef("- End: %s", escaped(moment(r.Incident.End)))
	m.linef("- Affected users: **%s**%s", r.Affected.format(whole), escaped(affectedOver(r)))
	for i := range r.Findings {
		m.linef("- %s", escaped(capital(r.Findings[i].sentence())))
	}
	for _, s := range silenceBullets(r) {
		m.linef("- %s", escaped(s))
	}
	m.linef("")
}

func codeSpan(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + " " + s + " " + fence
}

func (m *markdown) timeline(r *Report) {
	m.linef("## Timeline (UTC)\n")
	rows := make([][]string, 0, len(r.Timeline))
	for _, e := range r.Timeline {
		what := escaped(e.Text)
		if e.By != "" {
			what += " — " + escaped(e.By)
		}
		rows = append(rows, []string{e.At.Format("2006-01-02 15:04:05"), e.Kind, what})
	}
	m.linef("| time | what | |\n| :--- | :--- | :--- |")
	for _, row := range rows {
		m.linef("| %s |", strings.Join(row, " | "))
	}
	m.linef("")
}

func (m *markdown) phases(r *Report) {
	m.linef("## Before, during, after (UTC)\n")
	head, rows := []string{"phase"}, [][]string{}
	for _, p := range r.Phases {
		head = append(head, fmt.Sprintf("%s<br>%s–%s", p.Name, timeIn(r, p.From), timeIn(r, p.To)))
	}
	for _, m := range phaseRows {
		row := []string{m.name}
		for i := range r.Phases {
			row = append(row, escaped(m.of(&r.Phases[i].Total)))
		}
		rows = append(rows, row)
	}
	m.table(head, rows)
	m.linef("~ marks percentiles of fewer than 20 page views. ▲ ▼ mark values significantly worse or better than in the same time before the onset.\n")
	m.commands(func(yield func(string, string)) {
		for _, p := range r.Phases {
			yield(p.Name, p.Command)
		}
	})
}

// commands writes the commands that reproduce the numbers.
func (m *markdown) commands(each func(yield func(what, command string))) {
	var lines []string
	each(func(what, command string) {
		if what != "" {
			lines = append(lines, "# "+what)
		}
		lines = append(lines, command)
	})
	if len(lines) > 0 {
		m.codeBlock(strings.Join(lines, "\n"))
	}
}

// blocks are eighths of a line.
const blocks = "▁▂▃▄▅▆▇█"

// sparkline draws values as text: · without data, ‹ where the value is hidden.
func sparkline(points []Point, line int, lowest, highest float64) string {
	var b strings.Builder
	for i := range points {
		f := points[i].Figures[line]
		switch {
		case f.State == StateNone:
			b.WriteRune('·')
		case !f.Shown():
			b.WriteRune('‹')
		default:
			k := 0
			if highest > lowest {
				k = int(math.Min(7, 8*(f.Value-lowest)/(highest-lowest)))
			}
			b.WriteRune([]rune(blocks)[k])
		}
	}
	return b.String()
}

// rounded rounds to three digits.
func rounded(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-2)
	return math.Round(v/unit) * unit
}

func (m *markdown) charts(r *Report) {
	if len(r.Chart.Points) == 0 {
		return
	}
	step := r.Chart.stepLength()
	m.linef("## Over time\n")
	var b strings.Builder
	points := r.Chart.Points
	first, last := points[0].To.Add(-step), points[len(points)-1].To
	for _, p := range plots {
		for _, l := range p.lines {
			lowest, highest := rangeOf(points, l)
			fmt.Fprintf(&b, "%-15s %8s to %-8s %s\n", lines[l].name, p.tick(rounded(lowest)), p.tick(rounded(highest)), sparkline(points, l, lowest, highest))
		}
	}
	marks := []rune(strings.Repeat(" ", len(points)))
	put := func(t Moment, c rune) {
		if k := int(t.At.Sub(first) / step); t.Known() && k >= 0 && k < len(marks) {
			marks[k] = c
		}
	}
	put(r.Incident.Onset, '▲')
	put(r.Incident.End, '△')
	fmt.Fprintf(&b, "%-37s%s\n", "", strings.TrimRight(string(marks), " "))
	m.codeBlock(b.String())
	m.linef("One character is %s, from %s to %s. ▲ onset, △ end, ‹ fewer than %d users, · no data.\n", span(step), clock(first), clock(last), r.Privacy.MinCohort)
	m.commands(func(yield func(string, string)) {
		yield("a point: replace TIME with the end of its step", r.Chart.Command)
	})
}

func (m *markdown) breakdown(r *Report, b *Breakdown) {
	if len(b.Segments) == 0 {
		return
	}
	m.linef("## By %s\n", escaped(b.By))
	head := []string{escaped(b.By)}
	columns := breakdownColumns(r)
	for _, c := range columns {
		head = append(head, strings.TrimSpace(c.group+" "+c.name))
	}
	rows := make([][]string, 0, len(b.Segments))
	for i := range b.Segments {
		row := []string{escaped(b.Segments[i].Key)}
		for _, c := range columns {
			row = append(row, escaped(c.of(&b.Segments[i])))
		}
		rows = append(rows, row)
	}
	m.table(head, rows)
	m.linef("%s\n", escaped(overlapNote(b)))
	m.commands(func(yield func(string, string)) {
		i := r.during()
		yield(r.Phases[i].Name+"; for other phases, use their times", b.Commands[i])
	})
}

func (m *markdown) errors(r *Report) {
	m.linef("## Errors\n")
	if len(r.Errors) == 0 {
		m.linef("No error affected %d users or more.\n", r.Privacy.MinCohort)
	}
	for i := range r.Errors {
		e := &r.Errors[i]
		m.linef("### %s\n", escaped(e.title()))
		m.linef("%s\n", escaped(e.facts()))
		if e.Stack != "" {
			m.codeBlock(e.Stack)
		}
		m.commands(func(yield func(string, string)) { yield("of this error", e.Command) })
	}
	if r.Fewer {
		m.linef("Errors of fewer than %d users are left out.\n", r.Privacy.MinCohort)
	}
}

func (m *markdown) differs(r *Report) {
	for i := range r.Differs {
		d := &r.Differs[i]
		m.linef("## %s\n", escaped(d.title()))
		m.linef("%s\n", escaped(d.summary()))
		if len(d.Values) > 0 {
			rows := make([][]string, 0, len(d.Values))
			for _, v := range d.Values {
				rows = append(rows, []string{escaped(v.name()), escaped(percent(v.A)), escaped(percent(v.B)), escaped(v.lift()), escaped(v.interval())})
			}
			m.table([]string{"value", "share of them", "of the others", "lift", "difference (95% CI)"}, rows)
		}
		m.commands(func(yield func(string, string)) {
			what := "errored_views and views of their segments"
			for _, c := range d.Commands {
				yield(what, c)
				what = ""
			}
		})
	}
}

func (m *markdown) verdict(r *Report) {
	v := r.Verdict
	if v == nil {
		return
	}
	m.linef("## Releases compared\n")
	m.linef("%s\n", escaped(v.summary()))
	if len(v.Measures) == 0 {
		return
	}
	rows := make([][]string, 0, len(v.Measures))
	for i := range v.Measures {
		rows = append(rows, escapedAll(v.Measures[i].cells()))
	}
	m.table(escapedAll(verdictHead(v)), rows)
	m.commands(func(yield func(string, string)) { yield("of these releases", v.Command) })
}

// escapedAll are cells, escaped for Markdown.
func escapedAll(cells []string) []string {
	out := make([]string, len(cells))
	for i, s := range cells {
		out[i] = escaped(s)
	}
	return out
}

func (m *markdown) silences(r *Report) {
	if len(r.Silences) == 0 {
		return
	}
	m.linef("## Silent segments\n")
	m.linef("%s\n", escaped(silenceWords))
	rows := make([][]string, 0, len(r.Silences))
	for i := range r.Silences {
		rows = append(rows, escapedAll(r.Silences[i].cells()))
	}
	m.table(silenceHead[:], rows)
	m.commands(func(yield func(string, string)) {
		for i := range r.Silences {
			yield(r.Silences[i].segment()+", at its lowest (silences)", r.Silences[i].Command)
		}
	})
}

func (m *markdown) objectives(r *Report) {
	if len(r.Objectives) == 0 {
		return
	}
	m.linef("## Objectives\n")
	rows := make([][]string, 0, len(r.Objectives))
	for i := range r.Objectives {
		rows = append(rows, escapedAll(r.Objectives[i].cells()))
	}
	m.table(objectiveHead[:], rows)
	m.linef("%s\n", escaped(budgetWords))
	m.commands(func(yield func(string, string)) { yield("at the end of the incident", r.Commands.Objectives) })
}

func (m *markdown) notesAndQuality(r *Report) {
	if len(r.Notes) > 0 {
		m.linef("## Notes\n")
		for _, n := range r.Notes {
			m.quote(strings.TrimSpace(n.prefix() + n.Text))
			m.linef("")
		}
	}
	m.linef("## Data quality\n")
	for _, c := range r.Caveats {
		m.linef("- %s", escaped(c))
	}
	m.linef("- %s\n", escaped(privacyWords(r)))
	m.commands(func(yield func(string, string)) { yield("the whole time range", r.Commands.All) })
}
