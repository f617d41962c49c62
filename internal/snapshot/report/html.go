package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"time"
)

//go:embed report.html
var pageSource string

//go:embed report.css
var style string

// HTML writes the report as one self-contained page: no script, no font, no
// picture from elsewhere. Its content security policy forbids all of them.
func HTML(w io.Writer, r *Report) error {
	page, err := template.New("report").Funcs(template.FuncMap{
		"date": date, "clock": clock, "when": func(t time.Time) string { return timeIn(r, t) }, "span": span, "moment": moment, "whole": whole, "percent": percent,
		"show": func(f Figure) string { return f.format(whole) },
	}).Parse(pageSource)
	if err != nil {
		return fmt.Errorf("page of a report: %w", err)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, newPage(r)); err != nil {
		return fmt.Errorf("page of a report: %w", err)
	}
	_, err = b.WriteTo(w)
	return err
}

// page is the data of the template.
type page struct {
	*Report
	Style      template.CSS
	Policy     string
	Provenance string
	Over       string
	Tiles      []tile
	Events     []event
	Charts     []figure
	Step       time.Duration
	Data       [][]string
	Measures   []pageRow
	Sections   []section
	Columns    []pageColumn
	ErrorList  []pageError
	DifferList []pageDiffers
	Releases   *pageTable // nil: fewer than two
	Silent     *pageTable // nil: none
	Head       []string
	Goals      [][]string
	BudgetNote string
	Hidden     string
}

// tile is a main number of the incident, with its value before.
type tile struct{ Name, Value, Note string }

type event struct {
	Event
	Number int // 0: none
}

type figure struct {
	Title  string
	Lines  []string
	Bounds bool
	SVG    template.HTML
}

type pageRow struct {
	Name  string
	Bar   template.HTML
	Cells []string
}

type section struct {
	By       string
	Note     string
	Rows     []pageRow
	Commands []command
}

type command struct{ What, Command string }

type pageError struct {
	*Error
	Title, Facts string
}

type pageDiffers struct {
	*Differs
	Title, Words string
	Rows         []pageRow
}

// pageTable is a section of one table.
type pageTable struct {
	Words    string
	Caption  string
	Head     []string
	Rows     [][]string
	Commands []command
}

func newPage(r *Report) *page {
	sum := sha256.Sum256([]byte(style))
	p := &page{
		Report: r, Style: template.CSS(style), Provenance: provenance(r), Over: affectedOver(r), Step: r.Chart.stepLength(),
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		Head:   objectiveHead[:], BudgetNote: budgetWords, Hidden: privacyWords(r),
	}
	p.Tiles = tiles(r)
	columns := breakdownColumns(r)
	for _, c := range columns {
		p.Columns = append(p.Columns, pageColumn{c.group, c.name})
	}
	p.addEvents()
	p.addCharts()
	for _, m := range phaseRows {
		row := pageRow{Name: m.name}
		for i := range r.Phases {
			row.Cells = append(row.Cells, m.of(&r.Phases[i].Total))
		}
		p.Measures = append(p.Measures, row)
	}
	for i := range r.Breakdowns {
		p.addSection(&r.Breakdowns[i], columns)
	}
	for i := range r.Errors {
		p.ErrorList = append(p.ErrorList, pageError{&r.Errors[i], r.Errors[i].title(), r.Errors[i].facts()})
	}
	for i := range r.Differs {
		d := &r.Differs[i]
		x := pageDiffers{Differs: d, Title: d.title(), Words: d.summary()}
		for k := range d.Values {
			v := &d.Values[k]
			x.Rows = append(x.Rows, pageRow{v.name(), bar(v.A), []string{percent(v.A), percent(v.B), v.lift(), v.interval()}})
		}
		p.DifferList = append(p.DifferList, x)
	}
	if v := r.Verdict; v != nil {
		p.Releases = &pageTable{
			Words: v.summary(), Caption: v.Canary + " vs " + v.Baseline + ", by measure", Head: verdictHead(v),
			Commands: []command{{"of these releases", v.Command}},
		}
		for i := range v.Measures {
			p.Releases.Rows = append(p.Releases.Rows, v.Measures[i].cells())
		}
	}
	for i := range r.Silences {
		s := &r.Silences[i]
		if i == 0 {
			p.Silent = &pageTable{Words: silenceWords, Caption: "Silent segments; times are UTC", Head: silenceHead[:]}
		}
		p.Silent.Rows = append(p.Silent.Rows, s.cells())
		p.Silent.Commands = append(p.Silent.Commands, command{s.segment() + ", at its lowest (silences)", s.Command})
	}
	for i := range r.Objectives {
		p.Goals = append(p.Goals, r.Objectives[i].cells())
	}
	return p
}

// FindingWords are the findings, the silences and the verdict as sentences.
func (p *page) FindingWords() (out []string) {
	for i := range p.Findings {
		out = append(out, capital(p.Findings[i].sentence()))
	}
	return append(out, silenceBullets(p.Report)...)
}

// Reproduce are the commands of the phases.
func (p *page) Reproduce() (out []command) {
	for _, ph := range p.Phases {
		out = append(out, command{ph.Name, ph.Command})
	}
	return out
}

// tiles are the incident's main numbers.
func tiles(r *Report) []tile {
	var before *Row
	at := r.during()
	during := &r.Phases[at].Total
	if at > 0 {
		before = &r.Phases[at-1].Total
	}
	was := func(of func(*Row) string) string {
		if before == nil {
			return "before: unknown"
		}
		return "before: " + of(before)
	}
	rate := func(r *Row) string { return r.ErrorRate.format(percent) }
	return []tile{
		{"Affected users", r.Affected.format(whole), was(func(r *Row) string { return r.Affected.format(whole) })},
		{"Error rate", rate(during), was(rate)},
		{lcp.measure().Title, lcp.p75(during), was(lcp.p75)},
		{inp.measure().Title, inp.p75(during), was(inp.p75)},
	}
}

// addEvents adds the timeline, and numbers the events that charts mark.
func (p *page) addEvents() {
	n := 0
	for _, e := range p.Timeline {
		x := event{Event: e}
		if e.Kind != "record" && e.Kind != "finding" && n < maxMarks {
			n++
			x.Number = n
		}
		p.Events = append(p.Events, x)
	}
}

// maxMarks is the most marks that fit into a chart.
const maxMarks = 20

func (p *page) addCharts() {
	if len(p.Chart.Points) < 2 {
		return
	}
	var marks []mark
	for _, e := range p.Events {
		if e.Number > 0 {
			marks = append(marks, mark{e.At, e.Number})
		}
	}
	for i := range plots {
		f := figure{Title: plots[i].title, SVG: chartSVG(fmt.Sprintf("c%d", i), p.Report, &plots[i], marks)}
		for _, l := range plots[i].lines {
			f.Lines = append(f.Lines, lines[l].name)
		}
		p.Charts = append(p.Charts, f)
	}
	for _, pt := range p.Chart.Points {
		row := []string{date(pt.To.Add(-p.Step))}
		for _, plot := range plots {
			for _, l := range plot.lines {
				row = append(row, pt.Figures[l].format(plot.number))
			}
		}
		p.Data = append(p.Data, row)
	}
}

func (p *page) addSection(b *Breakdown, columns []tableColumn) {
	if len(b.Segments) == 0 {
		return
	}
	s := section{By: b.By, Note: overlapNote(b)}
	during, most := p.during(), 0.0
	for i, ph := range p.Phases {
		s.Commands = append(s.Commands, command{ph.Name, b.Commands[i]})
	}
	size := func(g *Segment) float64 {
		if row := g.Rows[during]; row != nil && row.Affected.Shown() {
			return row.Affected.Value
		}
		return 0
	}
	for i := range b.Segments {
		most = max(most, size(&b.Segments[i]))
	}
	for i := range b.Segments {
		g := &b.Segments[i]
		row := pageRow{Name: g.Key, Bar: bar(size(g) / max(most, 1))}
		for _, c := range columns {
			row.Cells = append(row.Cells, c.of(g))
		}
		s.Rows = append(s.Rows, row)
	}
	p.Sections = append(p.Sections, s)
}

// pageColumn is the head of a column; one without a group spans two rows.
type pageColumn struct{ Group, Name string }

// group is a head over several columns.
type group struct {
	Name string
	Span int
}

// Groups are the first row of heads.
func (p *page) Groups() (out []group) {
	for i, c := range p.Columns {
		switch n := len(out); {
		case i > 0 && c.Group != "" && c.Group == p.Columns[i-1].Group:
			out[n-1].Span++
		case c.Group != "":
			out = append(out, group{c.Group, 1})
		}
	}
	return out
}
