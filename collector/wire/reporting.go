package wire

import (
	"net/http"
	"strings"
)

// Reporting is what browsers report about a page by themselves: an array of
// reports of the W3C Reporting API, or the older form of content security
// policies. They have no user, session or view, and may arrive minutes late.
//
//   - A crash is an error: BrowserCrash, with the reason (oom, unresponsive).
//   - A violation of an enforced content security policy is a handled error of
//     type CSPViolation: the page continues, but something was blocked. Equal ones
//     of one page and moment count once, and those caused by browser extensions
//     are dropped: they come by the hundred and would swamp the rest. If the
//     policy only reports, the violation is an event.
//   - A network error is a request, and so is a report of type ok.
//   - Deprecations, interventions and violations of other policies are events.
//
// Pages whose policies name Sentry's endpoint for reports need only another host.
type Reporting struct{}

// Spec implements [Format].
func (Reporting) Spec() Spec {
	return Spec{
		SDK:      "reporting",
		Patterns: []string{"POST /reports", "POST /api/{project}/security/"},
		Key:      func(r *http.Request) string { return queryParameter(r.URL.RawQuery, "sentry_key") },
		Types:    []string{"application/reports+json", "application/csp-report", "application/json"},
		Answer:   answerStatus(http.StatusNoContent),
	}
}

// Decode implements [Format]. Successive reports about one page become one
// beacon. All are read before any is passed on: whether one was received before
// depends on the others.
func (Reporting) Decode(r *Request, to Sink) error {
	reports, told, err := readReports(r, to)
	duplicates := to.Duplicates(told)
	wanted := true
	var merged *Beacon
	for i := range reports {
		b := &reports[i]
		switch {
		case duplicates[i]:
		case !wanted:
			to.Reject()
		case merged == nil:
			merged = b
		case merged.URL == b.URL && merged.UserAgent == b.UserAgent && merged.SampleRate == b.SampleRate:
			merged.mergeReport(b)
		default:
			wanted = to.Accept(merged)
			merged = b
		}
	}
	if merged != nil {
		to.Accept(merged)
	}
	return err
}

// readReports reads the reports of a request that have something to tell, each
// as a beacon, and counts the others. err says that the rest of the body is
// unreadable.
func readReports(r *Request, to Sink) (reports []Beacon, told []Told, err error) {
	s := splitBody(r.Body, r.Limits.Depth)
	defer s.doc.release()
	for {
		item, ok := s.next()
		if !ok {
			return reports, told, s.err
		}
		p, err := readReport(&item)
		if err != nil {
			to.Reject()
			continue
		}
		var b Beacon
		if p.addTo(&b); b.Empty() {
			to.Ignore()
			continue
		}
		told = append(told, Told{p.content(), p.age})
		reports = append(reports, b)
	}
}

// mergeReport adds another report about the same page. Equal errors count once.
func (b *Beacon) mergeReport(other *Beacon) {
	for _, e := range other.Errors {
		known := false
		for i := range b.Errors {
			known = known || b.Errors[i] == e && e.Handled
		}
		if !known {
			b.AddError(e)
		}
	}
	for _, f := range other.Requests {
		b.AddFetch(f)
	}
	for _, e := range other.Events {
		b.AddEvent(e)
	}
}

// report has the members of all types of reports; they have two spellings.
type report struct {
	typ, url, agent string

	// csp-violation, permissions-policy-violation
	document, directive, violated, blocked, policy, disposition string
	// source position
	file, line, column string
	// crash, deprecation, intervention
	id, reason, stack, message string
	// network-error
	phase, kind, method, code, elapsed, share, referrer string

	age  float64 // milliseconds
	body []byte  // as it was sent, valid until the document is released
}

// content identifies what a report says, whenever it was sent. Violations are the
// same if they count as the same error, in either form of reports; of other types
// the whole body counts.
func (p *report) content() string {
	if p.typ != "csp-violation" {
		return strings.Join([]string{p.typ, p.url, p.agent, contentID(p.body)}, "\x00")
	}
	return strings.Join([]string{
		p.url, p.agent, p.document, p.directive, p.violated, p.blocked, p.policy, p.disposition, p.file, p.line, p.column,
	}, "\x00")
}

func (p *report) readBody(c *cursor) {
	whole := *c
	p.body = whole.raw()
	if !c.object() {
		return
	}
	for c.more() {
		if dst := p.field(c.key()); dst != nil {
			*dst = c.looseString()
		} else {
			c.skip()
		}
	}
}

// field is the destination of a member's value; nil if it is not wanted.
func (p *report) field(key []byte) *string {
	switch string(key) {
	case "documentURL", "document-uri":
		return &p.document
	case "effectiveDirective", "effective-directive":
		return &p.directive
	case "violated-directive":
		return &p.violated
	case "blockedURL", "blocked-uri":
		return &p.blocked
	case "disposition":
		return &p.disposition
	case "policyId", "featureId":
		return &p.policy
	case "sourceFile", "source-file":
		return &p.file
	case "lineNumber", "line-number":
		return &p.line
	case "columnNumber", "column-number":
		return &p.column
	case "id":
		return &p.id
	case "reason":
		return &p.reason
	case "stack":
		return &p.stack
	case "message":
		return &p.message
	case "phase":
		return &p.phase
	case "type":
		return &p.kind
	case "method":
		return &p.method
	case "status_code", "status-code": // kebab case: of the first drafts
		return &p.code
	case "elapsed_time", "elapsed-time":
		return &p.elapsed
	case "sampling_fraction", "sampling-fraction":
		return &p.share
	case "referrer":
		return &p.referrer
	}
	return nil
}

func readReport(c *cursor) (p report, err error) {
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			if p.typ = c.string(); p.typ == "csp" { // of the first drafts
				p.typ = "csp-violation"
			}
		case "url":
			p.url = c.looseString()
		case "user_agent":
			p.agent = c.looseString()
		case "age":
			p.age = c.numberOrZero()
		case "body":
			p.readBody(c)
		case "csp-report":
			p.typ = "csp-violation"
			p.readBody(c)
		default:
			c.skip()
		}
	}
	if c.err == nil && p.typ == "" {
		c.fail(errShape)
	}
	return p, c.err
}

// addTo adds what the report tells to a beacon.
func (p *report) addTo(b *Beacon) {
	b.URL, b.UserAgent = p.url, p.agent
	switch p.typ {
	case "crash":
		b.AddError(p.crashError())
	case "csp-violation":
		p.addViolation(b)
	case "network-error":
		p.addRequest(b)
	case "deprecation", "intervention":
		b.AddEvent(Event{Name: eventName(p.typ, p.id)})
	case "permissions-policy-violation", "document-policy-violation", "potential-permissions-policy-violation",
		"coep", "coop", "integrity-violation":
		b.AddEvent(Event{Name: eventName(p.typ, p.policy)})
	}
}

func eventName(typ, what string) string {
	if what == "" {
		return typ
	}
	return typ + " " + what
}

func (p *report) crashError() Error {
	reason := p.reason
	if reason == "" {
		reason = "of unknown reason"
	}
	return Error{Type: "BrowserCrash", Message: reason, Stack: p.stack}
}

// addViolation adds which directive blocked what. Of a blocked URL only the
// origin is kept, because the rest may be personal data. The sample of a blocked
// script is dropped.
func (p *report) addViolation(b *Beacon) {
	if b.URL == "" {
		b.URL = p.document
	}
	if isExtension(p.blocked) || isExtension(p.file) {
		return
	}
	directive := p.directive
	if directive == "" { // old browsers: "script-src 'self' https:"
		directive, _, _ = strings.Cut(p.violated, " ")
	}
	if o := originOf(p.blocked); o != "" {
		p.blocked = o
	} else if scheme, _, ok := strings.Cut(p.blocked, ":"); ok {
		p.blocked = scheme + ":"
	}
	if p.disposition == "report" {
		b.AddEvent(Event{Name: eventName("csp-report-only", directive)})
		return
	}
	e := Error{Type: "CSPViolation", Message: directive + " blocked " + p.blocked, Handled: true}
	if p.file != "" {
		var text strings.Builder
		writeFrame(&text, stackFrame{file: p.file, line: p.line, column: p.column})
		e.Stack = text.String()
	}
	b.AddError(e)
}

// addRequest adds a report of network error logging. The report's own URL is the
// request's, its referrer the page. The page is unknown if the request went to
// another origin: browsers then send only the page's origin. A request that the
// user abandoned did not fail.
// https://www.w3.org/TR/network-error-logging/
func (p *report) addRequest(b *Beacon) {
	b.URL = p.referrer
	if o := originOf(p.referrer); p.referrer == o+"/" && o != originOf(p.url) {
		b.URL = ""
	}
	if p.kind == "abandoned" {
		return
	}
	f := Fetch{URL: p.url, Method: p.method, Status: parseStatus(p.code, 0)}
	if p.phase != "application" {
		f.Status = 0 // no response
	}
	if n := parseNumber(p.elapsed); n == n {
		f.Duration = n
	}
	if share := parseNumber(p.share); share > 0 && share < 1 {
		b.SampleRate = share
	}
	b.AddFetch(f)
}
