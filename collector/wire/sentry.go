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
// of a DSN or of a tunnel, and of its SDKs for apps. An envelope is a header
// followed by items. Each item is a header and a payload: one line, or as long as
// the header says. Older SDKs send single events, without an envelope, to store.
//
// A trace is a page view: the SDK starts one with every page load, change of
// route and restore. Exceptions become errors, and messages up to level info
// events. Transactions and spans become page views, vitals and requests, flags
// and tags tags. A session of an app is a page view: it begins one, and errors in
// envelopes with it belong to it. Sessions of browsers, client reports, replays,
// profiles, logs, attachments and breadcrumbs are not collected.
type Sentry struct{}

// Spec implements [Format].
func (Sentry) Spec() Spec {
	return Spec{
		SDK:      "sentry",
		Patterns: []string{"POST /api/{project}/envelope/", "POST /api/{project}/store/", "POST /tunnel"},
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

// maxKeyHead bounds how much of a body is read to find the key, in bytes.
const maxKeyHead = 4 << 10

// keyHeadDepth bounds the nesting of an envelope's header there.
const keyHeadDepth = 16

// sentryKey finds the public key: in the query, in the header that SDKs outside
// browsers send, or, for a tunnel, in the DSN in the envelope's header. For that
// it reads the start of the body and puts it back.
func sentryKey(r *http.Request) string {
	if key := r.URL.Query().Get("sentry_key"); key != "" {
		return key
	}
	for _, name := range [...]string{"X-Sentry-Auth", "Authorization"} {
		if _, rest, ok := strings.Cut(r.Header.Get(name), "sentry_key="); ok {
			key, _, _ := strings.Cut(rest, ",")
			return strings.TrimSpace(key)
		}
	}
	if r.Body == nil || r.Header.Get("Content-Encoding") != "" {
		return ""
	}
	begin := bufio.NewReaderSize(io.LimitReader(r.Body, maxKeyHead), maxKeyHead)
	head, err := begin.Peek(maxKeyHead)
	rest := r.Body
	body := io.MultiReader(bytes.NewReader(head), rest)
	if err != nil && !errors.Is(err, io.EOF) {
		body = io.MultiReader(bytes.NewReader(head), brokenReader{err})
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{body, rest}
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	var dsn string
	doc := getDocument()
	defer doc.release()
	c := doc.read(line, keyHeadDepth)
	c.pick(field{"dsn", &dsn})
	_, dsn, _ = strings.Cut(dsn, "://")
	key, _, ok := strings.Cut(dsn, "@")
	if !ok || c.err != nil {
		return ""
	}
	key, _, _ = strings.Cut(key, ":") // old DSNs also have a secret
	return key
}

// brokenReader is the rest of a body that failed to read.
type brokenReader struct{ err error }

func (f brokenReader) Read([]byte) (int, error) { return 0, f.err }

// Decode implements [Format]. All items about one trace become one beacon.
func (Sentry) Decode(r *Request, to Sink) error {
	e := sentryEnvelope{to: to, doc: getDocument(), depth: r.Limits.Depth, client: r.Client, wanted: true}
	defer e.doc.release()
	if r.URL != nil && strings.HasSuffix(r.URL.Path, "/store/") {
		e.readItem(sentryItem{typ: "event"}, r.Body)
		e.flush()
		return nil
	}
	rest := r.Body
	head, rest := cutLine(rest)
	if err := e.readHeader(head); err != nil {
		return err
	}
	for len(rest) > 0 {
		var line []byte
		if line, rest = cutLine(rest); len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		item, err := e.readItemHeader(line)
		if err != nil {
			e.flush()
			return err
		}
		var payload []byte
		switch {
		case item.length < 0:
			payload, rest = cutLine(rest)
		case item.length > len(rest):
			e.flush()
			return errBrokenItem
		default:
			payload, rest = rest[:item.length], rest[item.length:]
		}
		e.readItem(item, payload)
	}
	e.flush()
	return nil
}

var errBrokenItem = errors.New("an item of the envelope does not match its header")

// cutLine splits off a line.
func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte{'\n'})
	return line, rest
}

// maxTraces bounds the page views of an envelope that are open at once.
const maxTraces = 8

// sentryEnvelope turns an envelope into beacons.
type sentryEnvelope struct {
	to     Sink
	doc    *document
	depth  int
	client string
	wanted bool

	eventID string // of the header: that of an item without its own
	payload []byte // of the current item

	release, environment string
	rate                 float64
	unsampled            bool
	sent                 float64 // browser's clock, Unix milliseconds
	app, android         bool    // from an app, not from a page
	session              sentrySession

	beacons []sentryBeacon
}

// sentryBeacon is the beacon of one trace.
type sentryBeacon struct {
	trace string
	*Beacon
}

type sentryItem struct {
	typ    string
	length int // -1: up to the end of the line
}

func (e *sentryEnvelope) readHeader(line []byte) error {
	c := e.doc.read(line, e.depth)
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "event_id":
			e.eventID = Identifier(c.looseString())
		case "sent_at":
			if at, err := time.Parse(time.RFC3339Nano, c.looseString()); err == nil {
				e.sent = float64(at.UnixMilli())
			}
		case "sdk":
			var name string
			c.pick(field{"name", &name})
			e.app, e.android = isAppSDK(name), strings.HasPrefix(name, "sentry.java.android")
		case "trace":
			var rate, sampled string
			c.pick(
				field{"release", &e.release}, field{"environment", &e.environment},
				field{"sample_rate", &rate}, field{"sampled", &sampled},
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

func (e *sentryEnvelope) readItemHeader(line []byte) (sentryItem, error) {
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

func (e *sentryEnvelope) readItem(item sentryItem, payload []byte) {
	var read func(*cursor)
	switch item.typ {
	case "event":
		read = e.readEvent
	case "transaction":
		read = e.readTransaction
	case "span":
		read = e.readSpans
	case "trace_metric":
		read = e.readMetrics
	case "session":
		if !e.app {
			e.to.Ignore()
			return
		}
		read = e.readSession
	default:
		e.to.Ignore()
		return
	}
	e.payload = payload
	c := e.doc.read(payload, e.depth)
	if c.err == nil {
		read(&c)
	}
	if c.err != nil {
		e.to.Reject()
	}
}

// beaconOf finds or starts the beacon of a trace, or one for an item without a
// trace. id is that of its first item, at the item's time if it has one.
func (e *sentryEnvelope) beaconOf(trace, id string, at float64) *Beacon {
	trace, id = Identifier(trace), Identifier(id)
	for i := range e.beacons {
		if b := &e.beacons[i]; b.trace == trace && trace != "" {
			return b.Beacon
		}
	}
	if len(e.beacons) == maxTraces {
		e.flush()
	}
	b := getBeacon()
	b.ID, b.View, b.Trace = e.beaconID(trace, id, at), trace, trace
	b.ViewHints.Defaults = true
	b.Release, b.Environment = e.release, e.environment
	e.beacons = append(e.beacons, sentryBeacon{trace, b})
	return b
}

// beaconID makes the id of a beacon: a resend has the same. An item without an id
// is identified by what it says, together with the envelope's id or its trace,
// else with its time and client. If it has none of them either, nothing tells a
// resend from a second report, and each counts.
func (e *sentryEnvelope) beaconID(trace, id string, at float64) string {
	switch {
	case id != "":
	case e.eventID != "" || trace != "":
		id = e.eventID + "/" + contentID(e.payload)
	case at > 0:
		id = contentID([]byte(e.client), e.payload)
	default:
		return ""
	}
	return "sentry/" + trace + "/" + id
}

// flush passes the beacons to the sink.
func (e *sentryEnvelope) flush() {
	e.addSession()
	for i := range e.beacons {
		b := e.beacons[i].Beacon
		if e.sent > 0 {
			b.Time = e.sent // the items may have waited for seconds
		}
		switch {
		case b.Empty():
			e.to.Ignore()
		case !e.wanted:
			e.to.Reject()
		default:
			e.wanted = e.to.Accept(b)
		}
		putBeacon(b)
	}
	e.beacons = e.beacons[:0]
}
