package ui

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/muesli/termenv"

	"github.com/rumtop/rumtop/internal/ui/draw"
)

// TraceURL is the address at which a tracing tool shows a trace. The zero value
// has none.
type TraceURL struct{ before, after string }

// tracePlace is replaced by the id in a template.
const tracePlace = "{trace}"

// ParseTraceURL reads a template such as https://tempo.example/trace/{trace}.
func ParseTraceURL(template string) (TraceURL, error) {
	before, after, ok := strings.Cut(template, tracePlace)
	if !ok || strings.Contains(after, tracePlace) {
		return TraceURL{}, fmt.Errorf("%q: no place for the id: put %s once into the URL", template, tracePlace)
	}
	for i := range len(template) {
		if c := template[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`", c) >= 0 {
			return TraceURL{}, fmt.Errorf("%q: invalid character in a URL: write it as %%%02X", template, c)
		}
	}
	u, err := url.Parse(before + "0" + after)
	switch {
	case err != nil:
		return TraceURL{}, fmt.Errorf("%q: %w", template, errors.Unwrap(err))
	case u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return TraceURL{}, fmt.Errorf("%q: not an http or https URL: use one such as https://tempo.example/trace/%s", template, tracePlace)
	case u.User != nil:
		return TraceURL{}, fmt.Errorf("%q: a URL with a user: remove it, the browser asks for the password", u.Redacted())
	case !strings.HasPrefix(before, u.Scheme+"://"+u.Host+"/"):
		return TraceURL{}, fmt.Errorf("%q: the id is in the host: put %s into the path or the query", template, tracePlace)
	}
	return TraceURL{before, after}, nil
}

// maxTraceID is the longest id that is made into a URL: four times that of W3C.
const maxTraceID = 128

// of is the address of a trace, "" without a template or for an invalid id: ids
// are sent by pages, and may hold anything.
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

// traces shows trace ids, as hyperlinks if the terminal supports them.
type traces struct {
	url   TraceURL
	links bool
}

// put writes an id in full or not at all: a part of one finds nothing.
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

// copied is what is copied of a trace: its address, else its id.
func (t traces) copied(id string) string {
	if to := t.url.of(id); to != "" {
		return to
	}
	return id
}

// linking reports whether a terminal may be sent hyperlinks (OSC 8). Most that do
// not support them ignore them; these do not.
func linking(environ termenv.Environ) bool {
	name := environ.Getenv("TERM")
	for _, bare := range [...]string{"dumb", "linux", "vt", "cons"} {
		if strings.HasPrefix(name, bare) {
			return false
		}
	}
	return name != "" && (!strings.HasPrefix(name, "screen") || environ.Getenv("TMUX") != "")
}
