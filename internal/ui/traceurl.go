package ui

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/muesli/termenv"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

// TraceURL is where a tracing tool shows a trace. The zero value knows of none.
type TraceURL struct{ before, after string }

// tracePlace stands for the id in a template.
const tracePlace = "{trace}"

// ParseTraceURL reads a template such as https://tempo.example/trace/{trace}.
func ParseTraceURL(template string) (TraceURL, error) {
	before, after, ok := strings.Cut(template, tracePlace)
	if !ok || strings.Contains(after, tracePlace) {
		return TraceURL{}, fmt.Errorf("%q must have %s once, where the id belongs", template, tracePlace)
	}
	for i := range len(template) {
		if c := template[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`", c) >= 0 {
			return TraceURL{}, fmt.Errorf("%q has a character that no URL has: write it as %%%02X", template, c)
		}
	}
	u, err := url.Parse(before + "0" + after)
	switch {
	case err != nil:
		return TraceURL{}, fmt.Errorf("%q: %w", template, errors.Unwrap(err))
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return TraceURL{}, fmt.Errorf("%q is no address such as https://tempo.example/trace/%s", template, tracePlace)
	case u.User != nil:
		return TraceURL{}, fmt.Errorf("%q names a user: leave the password to the browser", u.Redacted())
	case !strings.HasPrefix(before, u.Scheme+"://"+u.Host+"/"):
		return TraceURL{}, fmt.Errorf("%q: the id belongs into the path or the query, not into the host", template)
	}
	return TraceURL{before, after}, nil
}

// maxTraceID is the longest id that is made into a URL: four times that of W3C.
const maxTraceID = 128

// of is the address of a trace, "" without a template or where an id is none: ids
// come from pages, and could say anything.
func (t TraceURL) of(id string) string {
	if t.before == "" || id == "" || len(id) > maxTraceID {
		return ""
	}
	for i := range len(id) {
		c := id[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '_' {
			return ""
		}
	}
	return t.before + id + t.after
}

// traces shows trace ids, as hyperlinks where the terminal knows them.
type traces struct {
	url   TraceURL
	links bool
}

// put writes an id, all of it or none: what is left of one finds nothing.
func (t traces) put(p *draw.Line, s draw.Style, id string) {
	id = draw.Clean(id, maxTraceID)
	if n := draw.Cells(id); n > p.Width-p.Len() {
		return
	}
	if to := t.url.of(id); to != "" && t.links {
		p.PutLink(s, to, id)
		return
	}
	p.Put(s, id)
}

// copied is what finds a trace: its address, else its id.
func (t traces) copied(id string) string {
	if to := t.url.of(id); to != "" {
		return to
	}
	return id
}

// linking is whether a terminal is known not to trip over hyperlinks (OSC 8).
// Those that know nothing of them leave them out; these do not.
func linking(environ termenv.Environ) bool {
	name := environ.Getenv("TERM")
	for _, bare := range [...]string{"dumb", "linux", "vt", "cons"} {
		if strings.HasPrefix(name, bare) {
			return false
		}
	}
	return name != "" && (!strings.HasPrefix(name, "screen") || environ.Getenv("TMUX") != "")
}
