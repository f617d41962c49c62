package report

import (
	"encoding/csv"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/snapshot"
)

// hostile are strings of markup, scripts, terminal commands, formulas, table
// cells, links, mentions and fences.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style></svg></title><script>1</script>`, "\x1b]0;pwned\x07\x1b[2J", `=cmd|' /C calc'!A0`,
	`+1+1`, `-2+3`, `@SUM(A1)`, ` =1+1`, "a|b|c", "`code` ```\nfence", "[x](javascript:alert(1))", "![x](https://evil.example/x.png)", "https://evil.example/", "www.evil.example",
	"@everyone #1", "\u202egnp.exe", "line\nbreak", "# head", "<!-- c", "&lt;b&gt;", `{{.Site}}`, "$(reboot) `reboot` 'x", "*b* _i_ ~s~",
}

// hostileSnapshot is a snapshot with hostile strings in every field.
func hostileSnapshot(t *testing.T) *snapshot.File {
	beacons := traffic()
	for i := range beacons {
		b := &beacons[i]
		evil := hostile[int(b.Session%hostileCount)]
		for _, d := range []beacon.Dim{beacon.Region, beacon.Release, beacon.Browser, beacon.Device} {
			b.Dims[d] += " " + evil
		}
		b.Dims[beacon.Page] = evil
		b.Tags = []beacon.Tag{{Key: "flag", Value: evil}}
		for k := range b.Errors {
			e := &b.Errors[k]
			e.Type, e.Message, e.Stack = evil, e.Message+evil, evil+"\n"+e.Stack
		}
	}
	m := meta()
	m.Site, m.Version, m.Only = hostile[1], hostile[0], "region=eu-west"
	m.Summary = strings.Join(hostile, "\n")
	m.Health.Note = hostile[0]
	for i, s := range hostile {
		at := at(breaksAt + int64(i)*1000)
		m.Notes = append(m.Notes, snapshot.Note{At: at, By: s, Text: s})
		m.Markers = append(m.Markers, beacon.Marker{ID: s, At: at.UnixMilli(), Kind: s, Text: s, By: s})
	}
	return writeSnapshot(t, beacons, m)
}

var hostileCount = beacon.ID(len(hostile))

func TestHostileStringsStayText(t *testing.T) {
	o := Options{File: "a'b;$(reboot) <x>.rumsnap", By: []string{"region", "page", "release", "tag.flag", "browser"}, Notes: hostile}
	o.Config, o.ObjectiveFlags = objectives(t)
	o.Config.Objectives[0].Name = hostile[0]
	r := build(t, hostileSnapshot(t), o)
	for format := range formats {
		out := render(t, format, r)
		for _, c := range out {
			if c < ' ' && c != '\n' && !(c == '\r' && format == "csv") || c == 0x7f || c == '\u202e' {
				t.Errorf("%s has the character %U", format, c)
				break
			}
		}
	}
	t.Run("html", func(t *testing.T) { checkPage(t, render(t, "html", r)) })
	t.Run("md", func(t *testing.T) { checkMarkdown(t, render(t, "md", r)) })
	t.Run("csv", func(t *testing.T) {
		rows, err := csv.NewReader(strings.NewReader(render(t, "csv", r))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			for i, c := range row {
				if t2 := strings.TrimLeft(c, " "); t2 != "" && strings.ContainsRune("=+@", rune(t2[0])) || i < 5 && strings.HasPrefix(t2, "-") {
					t.Errorf("the cell %q is a formula", c)
				}
			}
		}
	})
}

// allowed are the elements and attributes of the page.
var allowed = strings.Fields(`html head meta title style body main header p h1 h2 h3 span section dl div dt dd ul ol li time b details summary pre code figure figcaption
	svg desc rect line text path table caption thead tbody tr th td article
	#lang #charset #http-equiv #content #name #class #aria-labelledby #aria-hidden #id #datetime #viewbox #role #x #y #x1 #x2 #y1 #y2 #width #height #d
	#text-anchor #scope #colspan #rowspan #preserveaspectratio`)

func checkPage(t *testing.T, page string) {
	known := map[string]bool{}
	for _, s := range allowed {
		known[s] = true
	}
	z := html.NewTokenizer(strings.NewReader(page))
	elements := 0
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type == html.CommentToken {
			t.Errorf("a comment: %q", token.Data)
		}
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		elements++
		if !known[token.Data] {
			t.Errorf("element %s is not allowed", token.Data)
		}
		for _, a := range token.Attr {
			if !known["#"+strings.ToLower(a.Key)] {
				t.Errorf("attribute %s of %s is not allowed", a.Key, token.Data)
			}
		}
	}
	if elements < 200 {
		t.Errorf("%d elements, want 200 or more", elements)
	}
	if strings.Contains(page, "url(") || strings.Contains(page, "ZgotmplZ") {
		t.Error("the page loads something, or has text that the template refused")
	}
}

// active is text that Markdown would interpret.
var active = regexp.MustCompile(`<[a-zA-Z/!]|(^|[^\\])\]\(|(^|[^\\])\[|https?://|@[a-z]`)

func checkMarkdown(t *testing.T, text string) {
	fence, columns := "", 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]; len(ticks) >= 3 && strings.Trim(line, "`") == "" {
			switch {
			case fence == "":
				fence = ticks
			case len(ticks) >= len(fence):
				fence = ""
			}
			continue
		}
		if fence != "" {
			continue
		}
		if m := active.FindString(strings.ReplaceAll(line, "<br>", "")); m != "" {
			t.Errorf("%q is active in %q", m, line)
		}
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
		if columns != 0 && n != columns {
			t.Errorf("%d columns, want %d: %q", n, columns, line)
		}
		columns = n
	}
	if fence != "" {
		t.Error("unterminated code block")
	}
}

// Quoted words stay one word each for a shell.
func TestShellJoinQuotes(t *testing.T) {
	for word, want := range map[string]string{
		"region=eu-west": "region=eu-west", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "$(x)": "'$(x)'", "tag.a=\"b*\"": `'tag.a="b*"'`, "a\x1b": "'a\uFFFD'",
	} {
		if got := shellJoin([]string{word}); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}
