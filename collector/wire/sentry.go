package wire

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Sentry is the envelope of Sentry's browser SDKs, versions 8 to 11, at the path
// of a DSN or of a tunnel. An envelope is a header and then items, each a header
// and a payload that is a line, or as long as the header says.
//
// A trace is a page view: the SDK begins one with every page load, change of
// route and restore. Exceptions become errors, messages of no more than level
// info events, transactions and spans of pages and their requests views, vitals
// and requests, flags and tags tags. Sessions, client reports, replays, profiles,
// logs, attachments and breadcrumbs are not collected.
type Sentry struct{}

// Spec implements [Format].
func (Sentry) Spec() Spec {
	return Spec{
		SDK:      "sentry",
		Patterns: []string{"POST /api/{project}/envelope/", "POST /tunnel"},
		Headers:  []string{"X-Sentry-Auth"},
		Exposed:  []string{"X-Sentry-Rate-Limits"},
		Forward:  []string{"X-Sentry-Auth"},
		Key:      sentryKey,
		Answer:   answerSentry,
		Deny:     denySentry,
	}
}

// denySentry also sets the header that SDKs read before Retry-After: the time to
// wait before sending anything that an envelope may hold.
func denySentry(w http.ResponseWriter, _ http.Header, why Denial) {
	h := w.Header()
	if why.Wait > 0 {
		h.Set("X-Sentry-Rate-Limits", strconv.Itoa(why.Wait)+"::organization")
	}
	h["Content-Type"] = jsonType
	w.WriteHeader(why.Status)
	w.Write([]byte(`{"detail":` + strconv.Quote(why.Message) + `}`))
}

func answerSentry(w http.ResponseWriter, _ *Request, _ Result) {
	w.Header()["Content-Type"] = jsonType
	w.Write([]byte("{}"))
}

// sentryHead is how much of a body may be read to find the key in it.
const sentryHead = 4 << 10

// headDepth is how deeply an envelope's header may be nested there.
const headDepth = 16

// sentryKey finds the public key: in the query, in the header of SDKs that are
// not browsers', or, of a tunnel, in the DSN that the envelope's header names.
// Then the beginning of the body is read, and put back.
func sentryKey(r *http.Request) string {
	if key := r.URL.Query().Get("sentry_key"); key != "" {
		return key
	}
	if _, rest, ok := strings.Cut(r.Header.Get("X-Sentry-Auth"), "sentry_key="); ok {
		key, _, _ := strings.Cut(rest, ",")
		return strings.TrimSpace(key)
	}
	if r.Body == nil || r.Header.Get("Content-Encoding") != "" {
		return ""
	}
	begin := bufio.NewReaderSize(io.LimitReader(r.Body, sentryHead), sentryHead)
	head, err := begin.Peek(sentryHead)
	rest := r.Body
	body := io.MultiReader(bytes.NewReader(head), rest)
	if err != nil && !errors.Is(err, io.EOF) {
		body = io.MultiReader(bytes.NewReader(head), failing{err})
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{body, rest}
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	var dsn string
	doc := documents.Get().(*document)
	defer doc.release()
	c := doc.read(line, headDepth)
	c.pick(field{"dsn", &dsn})
	_, dsn, _ = strings.Cut(dsn, "://")
	key, _, ok := strings.Cut(dsn, "@")
	if !ok || c.err != nil {
		return ""
	}
	key, _, _ = strings.Cut(key, ":") // a DSN of old has a secret, too
	return key
}

// failing is a body that broke off.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Decode implements [Format]. What an envelope says of one trace is one beacon.
func (Sentry) Decode(r *Request, to Sink) error {
	e := sentryEnvelope{to: to, doc: documents.Get().(*document), depth: r.Limits.Depth, attempt: r.ResendID, wanted: true}
	defer e.doc.release()
	rest := r.Body
	head, rest := sentryLine(rest)
	if err := e.header(head); err != nil {
		return err
	}
	for len(rest) > 0 {
		var line []byte
		if line, rest = sentryLine(rest); len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		item, err := e.itemHeader(line)
		if err != nil {
			e.flush()
			return err
		}
		var payload []byte
		switch {
		case item.length < 0:
			payload, rest = sentryLine(rest)
		case item.length > len(rest):
			e.flush()
			return errBrokenItem
		default:
			payload, rest = rest[:item.length], rest[item.length:]
		}
		e.item(item, payload)
	}
	e.flush()
	return nil
}

var errBrokenItem = errors.New("an item of the envelope is not as its header says")

// sentryLine cuts a line off.
func sentryLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte{'\n'})
	return line, rest
}

// maxTraces is how many page views one envelope may speak of at once.
const maxTraces = 8

// sentryEnvelope is an envelope on its way to becoming beacons.
type sentryEnvelope struct {
	to      Sink
	doc     *document
	depth   int
	attempt string
	wanted  bool

	release, environment string
	rate                 float64
	unsampled            bool
	sent                 float64 // browser's clock, Unix milliseconds

	beacons []sentryBeacon
}

// sentryBeacon is what the envelope says of one trace.
type sentryBeacon struct {
	trace string
	*Beacon
}

type sentryItem struct {
	typ    string
	length int // -1: up to the end of the line
}

func (e *sentryEnvelope) header(line []byte) error {
	c := e.doc.read(line, e.depth)
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "sent_at":
			if at, err := time.Parse(time.RFC3339Nano, c.loose()); err == nil {
				e.sent = float64(at.UnixMilli())
			}
		case "trace":
			var rate, sampled string
			c.pick(
				field{"release", &e.release}, field{"environment", &e.environment}, field{"sample_rate", &rate}, field{"sampled", &sampled},
			)
			if v := parseNumber(rate); v > 0 {
				e.rate = v
			}
			e.unsampled = sampled == "false"
		default:
			c.skip()
		}
	}
	return c.err
}

func (e *sentryEnvelope) itemHeader(line []byte) (sentryItem, error) {
	item := sentryItem{length: -1}
	c := e.doc.read(line, e.depth)
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			item.typ = c.string()
		case "length":
			n := c.number()
			if !(n >= 0 && n <= 1<<30) || n != float64(int(n)) {
				c.fail(errBrokenItem)
				break
			}
			item.length = int(n)
		default:
			c.skip()
		}
	}
	return item, c.err
}

func (e *sentryEnvelope) item(item sentryItem, payload []byte) {
	var read func(*cursor)
	switch item.typ {
	case "event":
		read = e.event
	case "transaction":
		read = e.transaction
	case "span":
		read = e.spans
	case "trace_metric":
		read = e.measures
	default:
		e.to.Ignore()
		return
	}
	c := e.doc.read(payload, e.depth)
	if c.err == nil {
		read(&c)
	}
	if c.err != nil {
		e.to.Reject()
	}
}

// beacon gives the beacon of a trace. id is that of what it begins with: a
// resend begins with the same.
func (e *sentryEnvelope) beacon(trace, id string) *Beacon {
	for i := range e.beacons {
		if b := &e.beacons[i]; b.trace == trace {
			return b.Beacon
		}
	}
	if len(e.beacons) == maxTraces {
		e.flush()
	}
	if id == "" {
		id = e.attempt
	}
	b := borrow()
	b.ID, b.View, b.Trace = "sentry/"+trace+"/"+id, trace, trace
	b.ViewHints.Defaults = true
	b.Release, b.Environment = e.release, e.environment
	e.beacons = append(e.beacons, sentryBeacon{trace, b})
	return b
}

// flush hands the beacons on.
func (e *sentryEnvelope) flush() {
	for i := range e.beacons {
		b := e.beacons[i].Beacon
		if e.sent > 0 {
			b.Time = e.sent // what is told may have waited for seconds
		}
		switch {
		case b.Empty():
			e.to.Ignore()
		case !e.wanted:
			e.to.Reject()
		default:
			e.wanted = e.to.Accept(b)
		}
		giveBack(b)
	}
	e.beacons = e.beacons[:0]
}

// newest keeps the browser's time of the latest thing that is told.
func (b *Beacon) newest(seconds float64) { b.Time = max(b.Time, seconds*1000) }

// say sets a text that was not said yet.
func say(into *string, text string) {
	if *into == "" {
		*into = text
	}
}
