package wire

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"strings"
)

var errLongQuery = errors.New("query is too long")

// maxQuery bounds the query of a GET, in bytes. The SDK itself warns from 2000 on.
const maxQuery = 16 << 10

// Boomerang is the SDK of that name, version 1. A beacon is a form, as the query
// of a GET or the body of a POST: of a page load, of a request, of errors, of the
// page's end, or several of these at once.
//
// The SDK names a page load (pid) and no route, so a view is a page load on a
// path. It sums CLS up and takes INP since its last beacon: what a view tells is
// the highest of them. A sum of layout shifts is parted into session windows
// where the SDK tells their times (c.cls.d).
//
// Release, user and the like are the application's own parameters: see
// [boomerangForm.custom] for the names that are taken.
type Boomerang struct{}

// Spec implements [Format].
func (Boomerang) Spec() Spec {
	return Spec{
		SDK:      "boomerang",
		Patterns: []string{"GET /boomerang", "POST /boomerang"},
		// A GET, which an image sends, has no type.
		Types:  []string{"application/x-www-form-urlencoded", "text/plain", ""},
		Answer: answerBoomerang,
	}
}

// answerBoomerang forbids caching: a browser does not request a cached image
// again.
func answerBoomerang(w http.ResponseWriter, _ *Request, _ Result) {
	w.Header()["Cache-Control"] = noStore
	w.WriteHeader(http.StatusNoContent)
}

var noStore = []string{"no-store"}

// Decode implements [Format].
func (Boomerang) Decode(r *Request, to Sink) error {
	query := string(r.Body)
	if len(r.Body) == 0 && r.URL != nil {
		query = r.URL.RawQuery
		if len(query) > maxQuery {
			return errLongQuery
		}
	}
	b := borrow()
	defer giveBack(b)
	doc := documents.Get().(*document)
	defer doc.release()
	f := boomerangForm{b: b, doc: doc, depth: r.Limits.Depth, lcp: math.NaN(), fcp: math.NaN(), ttfb: math.NaN()}
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(pair, "=")
		f.param(name, value)
	}
	f.finish()
	if f.ignored > 0 {
		to.Ignore()
	}
	for range f.refused {
		to.Reject()
	}
	switch {
	case !b.Empty():
		to.Accept(b)
	case f.ignored+f.refused > 0:
	case f.known:
		to.Ignore() // it only tells that the page ended
	default:
		to.Reject()
	}
	return nil
}

// boomerangForm is one form on its way to becoming a beacon.
type boomerangForm struct {
	b     *Beacon
	doc   *document // of one parameter after the other
	depth int

	page, address string // pgu, u
	pid, n        string
	initiator     string
	ended, early  bool // rt.quit; sent ahead of the page load's own beacon
	abandoned     bool // ended before it had loaded
	begun         string
	timed         bool // says how long something took

	lcp, fcp, ttfb, total float64
	shifts                string // c.cls.d
	cls, inp, inpSince    Metric
	errno, method         string
	errors                string
	event                 Event
	clock                 [5]float64 // see the constants below

	known            bool // it is a beacon of this SDK
	refused, ignored int
}

// Points in time of the navigation timing, Unix milliseconds.
const (
	dnsBegin = iota
	dnsEnd
	connectBegin
	connectEnd
	tlsBegin
)

// formValue takes a parameter's escapes out. The cheap case is that there are none.
func formValue(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return ""
	}
	return plain
}

func (f *boomerangForm) param(name, raw string) {
	b := f.b
	number := func() float64 { return parseNumber(raw) }
	switch name {
	case "u":
		f.address = formValue(raw)
	case "pgu":
		f.page = formValue(raw)
	case "pid":
		f.pid, f.known = formValue(raw), true
	case "n":
		f.n = formValue(raw)
	case "rt.si":
		b.Session, f.known = formValue(raw), true
	case "rt.quit":
		f.ended, f.known = true, true
	case "rt.abld":
		f.abandoned = true
	case "rt.tstart":
		f.begun = raw
	case "early":
		f.early = true
	case "http.initiator":
		f.initiator = formValue(raw)
	case "http.errno":
		f.errno = raw
	case "http.method":
		f.method = raw
	case "t_resp":
		f.ttfb, f.timed = number(), true
	case "t_done":
		f.total, f.timed = number(), true
	case "pt.lcp":
		f.lcp = number()
	case "pt.fcp":
		f.fcp = number()
	case "et.inp":
		f.inp = Metric{Name: "inp", Value: number(), Max: true}
	case "et.inp.inc":
		f.inpSince = Metric{Name: "inp", Value: number(), Max: true}
	case "et.fid":
		b.AddMetric(Metric{Name: "fid", Value: number()})
	case "c.cls":
		f.cls = Metric{Name: "cls", Value: number(), Max: true}
	case "c.cls.d":
		f.shifts = formValue(raw)
	case "err":
		f.errors = formValue(raw)
	case "t_other":
		f.timers(formValue(raw))
	case "mob.etype":
		b.Connection = formValue(raw)
	case "nt_dns_st":
		f.clock[dnsBegin] = number()
	case "nt_dns_end":
		f.clock[dnsEnd] = number()
	case "nt_con_st":
		f.clock[connectBegin] = number()
	case "nt_con_end":
		f.clock[connectEnd] = number()
	case "nt_ssl_st":
		f.clock[tlsBegin] = number()
	default:
		f.custom(name, raw)
	}
}

// custom takes the parameters that an application adds by names that others use
// too: mPulse's cdim, cmet, ctim, h.pg and h.ab, and plain words. Any other one
// is nobody's business.
func (f *boomerangForm) custom(name, raw string) {
	b := f.b
	switch name {
	case "release", "app.version":
		b.Release = formValue(raw)
	case "environment", "env":
		b.Environment = formValue(raw)
	case "user", "user.id":
		b.User = formValue(raw)
	case "route":
		b.Route = formValue(raw)
	case "h.pg": // a page group is a name for people, unless it is a path
		if group := formValue(raw); strings.HasPrefix(group, "/") {
			b.Route = group
		}
	case "h.ab":
		b.AddTag(Tag{"ab", formValue(raw)})
	case "consent":
		b.Consent = formValue(raw)
	case "trace":
		b.Trace = formValue(raw)
	case "sample_rate":
		b.SampleRate = parseNumber(raw)
	case "event":
		f.event.Name = formValue(raw)
	case "event.value":
		f.event.Value = parseNumber(raw)
	default:
		prefix, rest, ok := strings.Cut(name, ".")
		if !ok || rest == "" {
			return
		}
		switch prefix {
		case "tag", "flag", "cdim":
			b.AddTag(Tag{formValue(rest), formValue(raw)})
		case "metric", "cmet", "ctim":
			b.AddMetric(Metric{Name: formValue(rest), Value: parseNumber(raw)})
		}
	}
}

// timers takes what the application has timed itself: "ttft|321,t_domloaded|402".
func (f *boomerangForm) timers(list string) {
	for list != "" {
		var one string
		one, list, _ = strings.Cut(list, ",")
		name, value, ok := strings.Cut(one, "|")
		if ok && !strings.HasPrefix(name, "t_") && !strings.HasPrefix(name, "boom") {
			f.b.AddMetric(Metric{Name: name, Value: parseNumber(value)})
		}
	}
}

// finish says what the parameters mean together.
func (f *boomerangForm) finish() {
	b := f.b
	b.URL = f.page
	if b.URL == "" && f.initiator != "xhr" {
		b.URL = f.address
	}
	if f.pid != "" {
		b.View = f.pid + " " + path(b.URL)
		if f.n != "" {
			b.ID = "boomerang/" + f.pid + "/" + f.n
			if f.early {
				b.ID += "/early"
			}
		}
	} else {
		b.ViewHints.Infer = true
	}
	restored := f.initiator == "bfcache"
	if restored && b.View != "" {
		// The SDK goes on with the page load's id, and what follows is that one's.
		b.View += " " + f.begun
	}
	load := f.initiator == "" && (!f.ended || f.abandoned) && f.timed || f.initiator == "spa_hard"
	b.Navigation = load || restored || f.initiator == "spa"
	b.ViewHints.Route = f.initiator == "spa"

	if load || restored {
		for _, m := range [...]Metric{{Name: "lcp", Value: f.lcp}, {Name: "fcp", Value: f.fcp}, {Name: "ttfb", Value: f.ttfb}} {
			if m.Value == m.Value {
				m.Restored = restored
				b.AddMetric(m)
			}
		}
	}
	if load {
		f.connection()
	}
	f.vitals()
	if f.initiator == "xhr" {
		b.AddFetch(Fetch{URL: f.address, Method: f.requestMethod(), Status: status(f.errno, 200), Duration: f.total})
	}
	if f.event.Name != "" {
		b.AddEvent(f.event)
	}
	f.readErrors()
}

// vitals are those that go on after the page load.
func (f *boomerangForm) vitals() {
	if f.cls.Name != "" {
		if window, ok := f.largestWindow(); ok {
			f.cls.Value = min(f.cls.Value, window)
		}
		f.b.AddMetric(f.cls)
	}
	// At the page's end both are told; the one since the last beacon is the
	// one that belongs to the route where the page is now.
	switch {
	case f.inpSince.Name != "":
		f.b.AddMetric(f.inpSince)
	case f.inp.Name != "":
		f.b.AddMetric(f.inp)
	}
}

func (f *boomerangForm) connection() {
	c := &f.clock
	for _, m := range [...]struct {
		name       string
		begin, end float64
	}{{"dns", c[dnsBegin], c[dnsEnd]}, {"tcp", c[connectBegin], c[connectEnd]}, {"tls", c[tlsBegin], c[connectEnd]}} {
		if m.begin > 0 && m.end >= m.begin {
			f.b.AddMetric(Metric{Name: m.name, Value: m.end - m.begin})
		}
	}
}

func (f *boomerangForm) requestMethod() string {
	if f.method == "" {
		return http.MethodGet // the SDK leaves it out
	}
	return f.method
}

// status reads an HTTP status of the SDK. Its own codes for no answer are
// negative (-998 no connection, -999 aborted, -1001 timed out).
func status(text string, otherwise float64) float64 {
	if text == "" {
		return otherwise
	}
	if n := parseNumber(text); n > 0 {
		return n
	}
	return 0
}

// path is a URL without its origin, query and fragment.
func path(address string) string {
	if i := strings.Index(address, "://"); i >= 0 {
		address = address[i+3:]
		if i = strings.IndexByte(address, '/'); i < 0 {
			return "/"
		}
		address = address[i:]
	}
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	return address
}
