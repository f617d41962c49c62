package wire

import (
	"net/http"
	"strings"
)

// Reporting is what browsers themselves report of a page: an array of reports of
// the W3C Reporting API, or a content security policy's own older form. They name
// neither user nor session nor view, and may come minutes late.
//
//   - A crash is an error: BrowserCrash, with the reason (oom, unresponsive).
//   - A violation of an enforced content security policy is an error of type
//     CSPViolation, handled: the page goes on, but something was kept from it.
//     Several alike of one page and moment count once, and what an extension of the
//     browser did is left out: such reports come by the hundred and would swamp the rest.
//     Of a policy that only reports, it is an event.
//   - A network error is a request, as is one of type ok.
//   - Deprecations, interventions, violations of other policies are events.
type Reporting struct{}

// Spec implements [Format].
func (Reporting) Spec() Spec {
	return Spec{
		SDK:      "reporting",
		Patterns: []string{"POST /reports"},
		Types:    []string{"application/reports+json", "application/csp-report", "application/json"},
		Answer:   answerStatus(http.StatusNoContent),
	}
}

// Decode implements [Format]. Reports about one page become one beacon.
func (Reporting) Decode(r *Request, to Sink) error {
	s := cut(r.Body, r.Limits.Depth)
	defer s.doc.release()
	gathered, b := borrow(), borrow()
	defer func() { giveBack(gathered); giveBack(b) }()
	var p report
	wanted := true
	for {
		item, ok := s.next()
		if !ok {
			break
		}
		b.Reset()
		p = report{}
		switch {
		case !wanted || p.decode(&item, b) != nil:
			to.Reject()
		case b.Empty():
			to.Ignore()
		case to.Duplicate(p.identity(), p.age):
		case gathered.Empty():
			gathered, b = b, gathered
		case gathered.URL == b.URL && gathered.UserAgent == b.UserAgent && gathered.SampleRate == b.SampleRate:
			gathered.join(b)
		default:
			wanted = to.Accept(gathered)
			gathered, b = b, gathered
		}
	}
	if !gathered.Empty() {
		to.Accept(gathered)
	}
	return s.err
}

// join adds what another report about the page says. Errors alike are one.
func (b *Beacon) join(other *Beacon) {
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

// report is one report's members, of every type and in both spellings.
type report struct {
	typ, url, agent string

	// csp-violation, permissions-policy-violation
	document, directive, violated, blocked, policy, disposition string
	// where it happened
	file, line, column string
	// crash, deprecation, intervention
	id, reason, stack, message string
	// network-error
	phase, kind, method, code, elapsed, share, referrer string

	age float64 // milliseconds
}

// identity tells reports apart that tell something else, whenever they do.
func (p *report) identity() string {
	return strings.Join([]string{
		p.typ, p.url, p.agent, p.document, p.directive, p.violated, p.blocked, p.policy, p.disposition, p.file, p.line, p.column,
		p.id, p.reason, p.stack, p.message, p.phase, p.kind, p.method, p.code, p.elapsed, p.share, p.referrer,
	}, "\x00")
}

func (p *report) body(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		if into := p.member(c.key()); into != nil {
			*into = c.loose()
		} else {
			c.skip()
		}
	}
}

// member is where the value of a member goes; nil if it is not wanted.
func (p *report) member(key []byte) *string {
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
	case "status_code":
		return &p.code
	case "elapsed_time":
		return &p.elapsed
	case "sampling_fraction":
		return &p.share
	case "referrer":
		return &p.referrer
	}
	return nil
}

func (p *report) decode(c *cursor, b *Beacon) error {
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			p.typ = c.string()
		case "url":
			p.url = c.loose()
		case "user_agent":
			p.agent = c.loose()
		case "age":
			p.age = c.optional()
		case "body":
			p.body(c)
		case "csp-report":
			p.typ = "csp-violation"
			p.body(c)
		default:
			c.skip()
		}
	}
	if c.err != nil {
		return c.err
	}
	if p.typ == "" {
		return errShape
	}
	b.URL, b.UserAgent = p.url, p.agent
	switch p.typ {
	case "crash":
		b.AddError(p.crash())
	case "csp-violation":
		p.violation(b)
	case "network-error":
		p.request(b)
	case "deprecation", "intervention":
		b.AddEvent(Event{Name: joined(p.typ, p.id)})
	case "permissions-policy-violation", "document-policy-violation", "potential-permissions-policy-violation", "coep", "coop", "integrity-violation":
		b.AddEvent(Event{Name: joined(p.typ, p.policy)})
	}
	return nil
}

func joined(typ, what string) string {
	if what == "" {
		return typ
	}
	return typ + " " + what
}

func (p *report) crash() Error {
	reason := p.reason
	if reason == "" {
		reason = "of unknown reason"
	}
	return Error{Type: "BrowserCrash", Message: reason, Stack: p.stack}
}

// violation says which directive kept what from the page: of the latter only its
// origin, for what is behind it may be anybody's. The sample of a blocked script
// is left out.
func (p *report) violation(b *Beacon) {
	if b.URL == "" {
		b.URL = p.document
	}
	if extension(p.blocked) || extension(p.file) {
		return
	}
	directive := p.directive
	if directive == "" { // "script-src 'self' https:", in the first browsers
		directive, _, _ = strings.Cut(p.violated, " ")
	}
	if o := originOf(p.blocked); o != "" {
		p.blocked = o
	} else if scheme, _, ok := strings.Cut(p.blocked, ":"); ok {
		p.blocked = scheme + ":"
	}
	if p.disposition == "report" {
		b.AddEvent(Event{Name: joined("csp-report-only", directive)})
		return
	}
	e := Error{Type: "CSPViolation", Message: directive + " blocked " + p.blocked, Handled: true}
	if p.file != "" {
		var text strings.Builder
		frame(&text, "", p.file, p.line, p.column)
		e.Stack = text.String()
	}
	b.AddError(e)
}

// extension says whether an address lies in an extension of the browser.
func extension(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return strings.HasSuffix(scheme, "-extension")
}

// request takes a report of network error logging, which is about the report's
// own URL and comes from the page in its referrer: which page is not known where
// another origin was asked, to which browsers name the page's origin alone. A
// request that the user gave up did not fail.
// https://www.w3.org/TR/network-error-logging/
func (p *report) request(b *Beacon) {
	b.URL = p.referrer
	if o := originOf(p.referrer); p.referrer == o+"/" && o != originOf(p.url) {
		b.URL = ""
	}
	if p.kind == "abandoned" {
		return
	}
	f := Fetch{URL: p.url, Method: p.method, Status: status(p.code, 0)}
	if p.phase != "application" {
		f.Status = 0 // it never got to an answer
	}
	if n := parseNumber(p.elapsed); n == n {
		f.Duration = n
	}
	if share := parseNumber(p.share); share > 0 && share < 1 {
		b.SampleRate = share
	}
	b.AddFetch(f)
}
