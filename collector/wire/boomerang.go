package wire

import (
	"cmp"
	"errors"
	"math"
	"net/http"
	"strings"
)

var errLongQuery = errors.New("query is too long")

// maxQuery bounds the query of a GET, in bytes. The SDK itself warns from 2000 on.
const maxQuery = 16 << 10

// Boomerang is the SDK of that name, version 1. A beacon is a form, in the query
// of a GET or the body of a POST. It reports a page load, a request, errors, the
// page's end, or several of these at once.
//
// The SDK names page loads (pid) but no routes, so a view is a page load and a
// path. Its CLS is a running sum, its INP the highest since its last beacon: the
// highest value of a view counts. If the SDK sends the times of layout shifts
// (c.cls.d), they are split into session windows.
//
// Release, user and the like are parameters that the application adds: see
// [boomerangForm.setCustomParam] for their names.
type Boomerang struct{}

// Spec implements [Format].
func (Boomerang) Spec() Spec {
	return Spec{
		SDK:      "boomerang",
		Patterns: []string{"GET /boomerang", "POST /boomerang"},
		// A GET, sent by an image, has no type.
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
	b := getBeacon()
	defer putBeacon(b)
	doc := getDocument()
	defer doc.release()
	f := boomerangForm{b: b, doc: doc, depth: r.Limits.Depth, lcp: math.NaN(), fcp: math.NaN(), ttfb: math.NaN()}
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(pair, "=")
		f.setParam(name, value)
	}
	f.finish()
	if f.ignored > 0 {
		to.Ignore()
	}
	for range f.rejected {
		to.Reject()
	}
	switch {
	case !b.Empty():
		to.Accept(b)
	case f.ignored+f.rejected > 0:
	case f.known:
		to.Ignore() // only the end of the page
	default:
		to.Reject()
	}
	return nil
}

// boomerangForm turns one form into a beacon.
type boomerangForm struct {
	b     *Beacon
	doc   *document // of one parameter at a time
	depth int

	page, address string // pgu, u
	pid, n        string
	initiator     string
	ended, early  bool // rt.quit; sent before the page load's own beacon
	abandoned     bool // ended before it loaded
	started       string
	timed         bool // has a duration

	lcp, fcp, ttfb, total float64
	shifts                string // c.cls.d
	cls, inp, inpSince    Metric
	errno, method         string
	errors                string
	event                 Event
	clock                 [5]float64 // see the constants below

	known             bool // a beacon of this SDK
	rejected, ignored int
}

// Points in time of the navigation timing, Unix milliseconds.
const (
	dnsBegin = iota
	dnsEnd
	connectBegin
	connectEnd
	tlsBegin
)

func (f *boomerangForm) setParam(name, raw string) {
	b := f.b
	number := func() float64 { return parseNumber(raw) }
	switch name {
	case "u":
		f.address = unescapeForm(raw)
	case "pgu":
		f.page = unescapeForm(raw)
	case "pid":
		f.pid, f.known = Identifier(unescapeForm(raw)), true
	case "n":
		f.n = Identifier(unescapeForm(raw))
	case "rt.si":
		b.Session, f.known = unescapeForm(raw), true
	case "rt.quit":
		f.ended, f.known = true, true
	case "rt.abld":
		f.abandoned = true
	case "rt.tstart":
		f.started = raw
	case "early":
		f.early = true
	case "http.initiator":
		f.initiator = unescapeForm(raw)
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
		f.shifts = unescapeForm(raw)
	case "err":
		f.errors = unescapeForm(raw)
	case "t_other":
		f.addTimers(unescapeForm(raw))
	case "mob.etype":
		b.Connection = unescapeForm(raw)
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
		f.setCustomParam(name, raw)
	}
}

// setCustomParam reads the parameters that an application adds, by their common
// names: mPulse's cdim, cmet, ctim, h.pg and h.ab, and plain words. Others are
// dropped.
func (f *boomerangForm) setCustomParam(name, raw string) {
	b := f.b
	switch name {
	case "release", "app.version":
		b.Release = unescapeForm(raw)
	case "environment", "env":
		b.Environment = unescapeForm(raw)
	case "user", "user.id":
		b.User = unescapeForm(raw)
	case "route":
		b.Route = unescapeForm(raw)
	case "h.pg": // a page group is a display name, unless it is a path
		if group := unescapeForm(raw); strings.HasPrefix(group, "/") {
			b.Route = group
		}
	case "h.ab":
		b.AddTag(Tag{"ab", unescapeForm(raw)})
	case "consent":
		b.Consent = unescapeForm(raw)
	case "trace":
		b.Trace = unescapeForm(raw)
	case "sample_rate":
		b.SampleRate = parseNumber(raw)
	case "event":
		f.event.Name = unescapeForm(raw)
	case "event.value":
		f.event.Value = parseNumber(raw)
	default:
		prefix, rest, ok := strings.Cut(name, ".")
		if !ok || rest == "" {
			return
		}
		switch prefix {
		case "tag", "flag", "cdim":
			b.AddTag(Tag{unescapeForm(rest), unescapeForm(raw)})
		case "metric", "cmet", "ctim":
			b.AddMetric(Metric{Name: unescapeForm(rest), Value: parseNumber(raw)})
		}
	}
}

// addTimers adds the application's own timers: "ttft|321,t_domloaded|402".
func (f *boomerangForm) addTimers(list string) {
	for list != "" {
		var one string
		one, list, _ = strings.Cut(list, ",")
		name, value, ok := strings.Cut(one, "|")
		if ok && !strings.HasPrefix(name, "t_") && !strings.HasPrefix(name, "boom") {
			f.b.AddMetric(Metric{Name: name, Value: parseNumber(value)})
		}
	}
}

// finish completes the beacon when all parameters are known.
func (f *boomerangForm) finish() {
	b := f.b
	b.URL = f.page
	if b.URL == "" && f.initiator != "xhr" {
		b.URL = f.address
	}
	b.URL = PageURL(b.URL) // a route is part of the view's name
	if f.pid != "" {
		b.View = f.pid + " " + pathOf(b.URL)
		b.ViewHints.Defaults = true
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
		// The SDK keeps the page load's id, also for what follows the restore.
		b.View += " " + f.started
	}
	load := f.initiator == "" && (!f.ended || f.abandoned) && f.timed || f.initiator == "spa_hard"
	b.Navigation = load || restored || f.initiator == "spa"
	b.ViewHints.Route = f.initiator == "spa"

	if load || restored {
		for _, m := range [...]Metric{
			{Name: "lcp", Value: f.lcp}, {Name: "fcp", Value: f.fcp}, {Name: "ttfb", Value: f.ttfb},
		} {
			if m.Value == m.Value {
				m.Restored = restored
				b.AddMetric(m)
			}
		}
	}
	if load {
		f.addConnectionTimings()
	}
	f.addVitals()
	if f.initiator == "xhr" {
		b.AddFetch(Fetch{URL: f.address, Method: f.requestMethod(), Status: parseStatus(f.errno, 200), Duration: f.total, Telling: Telling{Scope: f.scope()}})
	}
	if f.event.Name != "" {
		b.AddEvent(f.event)
	}
	f.readErrors()
}

// scope is what the two reports of a failed request have in common.
func (f *boomerangForm) scope() string { return cmp.Or(f.pid, f.b.Session, f.page) }

// addVitals adds the vitals that grow after the page load.
func (f *boomerangForm) addVitals() {
	if f.cls.Name != "" {
		if window, ok := f.largestWindow(); ok {
			f.cls.Value = min(f.cls.Value, window)
		}
		f.b.AddMetric(f.cls)
	}
	// The page's end has both; the one since the last beacon belongs to the
	// current route.
	switch {
	case f.inpSince.Name != "":
		f.b.AddMetric(f.inpSince)
	case f.inp.Name != "":
		f.b.AddMetric(f.inp)
	}
}

func (f *boomerangForm) addConnectionTimings() {
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
		return http.MethodGet // the SDK omits it
	}
	return f.method
}

// parseStatus parses an HTTP status. SDKs' own codes for "no response" are
// negative (boomerang: -998 no connection, -999 aborted, -1001 timeout).
func parseStatus(text string, otherwise float64) float64 {
	if text == "" {
		return otherwise
	}
	if n := parseNumber(text); n > 0 {
		return n
	}
	return 0
}
