package wire

import (
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// isReadEvent reports whether an event of the SDK itself is read.
func isReadEvent(name string) bool {
	switch name {
	case "browser.web_vital", "browser.navigation", "browser.page_view", "browser.navigation_timing":
		return true
	}
	return false
}

// isAppInternal reports whether an event is one of the SDKs for apps themselves.
func isAppInternal(name string) bool {
	kind, _, _ := strings.Cut(name, ".")
	switch kind {
	case "device", "app", "network", "session", "hardware", "android", "ios", "rum":
		return true
	}
	return false
}

// addLog reads one log record: an event or an exception.
func (g *grouper) addLog(res *resource, r plog.LogRecord) {
	a := attributes(r.Attributes())
	name := wellFormed(r.EventName())
	if name == "" {
		name = a.text("event.name")
	}
	body := attributes(pcommon.NewMap())
	if r.Body().Type() == pcommon.ValueTypeMap {
		body = attributes(r.Body().Map())
	}
	at := r.Timestamp()
	if at == 0 {
		at = r.ObservedTimestamp()
	}
	e, isError := a.exception()
	unread := strings.HasPrefix(name, "browser.") && !isReadEvent(name) && !isError
	switch name {
	case "browser.navigation_timing":
		unread = !body.has("responseStart")
	case "session.start": // a page load begins one in browsers
		unread = !isError && !res.app
	case "", "session.end":
		unread = !isError
	default:
		unread = unread || res.app && isAppInternal(name) && !isError
	}
	if unread || !res.isRead() {
		g.to.Ignore()
		return
	}
	p := g.groupOf(res, a, a.text("page.url.full", "page.url", "browser.page.url", "url.full"), at)
	b := &p.b
	if b.Trace == "" {
		b.Trace = traceOf(r.TraceID())
	}
	switch {
	case isError:
		e.Telling = Telling{Scope: traceOf(r.TraceID())}
		b.AddError(e)
	case name == "browser.web_vital":
		g.addVital(b, a, body)
	case name == "browser.navigation":
		if a.isTrue("browser.navigation.hash_change") {
			g.to.Ignore()
			return
		}
		p.beginView(a.isTrue("browser.navigation.same_document"), at)
	case name == "session.start":
		p.beginView(false, at)
	case name == "browser.page_view":
		p.beginView(body.number("type") == 1, at)
	case name == "browser.navigation_timing":
		// SDKs of this dialect do not send TTFB as a vital.
		b.AddMetric(Metric{Name: "ttfb", Value: body.number("responseStart")})
	case name == "feature_flag.evaluation":
		key := a.text("feature_flag.key")
		value := a.text("feature_flag.result.variant", "feature_flag.variant", "feature_flag.result.value")
		if key != "" && value != "" {
			b.AddTag(Tag{key, value})
		}
	default:
		value := a
		if body.has("value") {
			value = body
		}
		b.AddEvent(Event{Name: name, Value: finiteOrZero(value.number("value"))})
	}
}

// addVital reads a vital from attributes or a body.
func (g *grouper) addVital(b *Beacon, a, body attributes) {
	const at = "browser.web_vital."
	m := Metric{
		Name: strings.ToLower(a.text(at + "name")), Value: a.number(at + "value"), ID: a.text(at + "id"),
		Restored: a.text(at+"navigation_type") == backForwardCache,
	}
	if m.Name == "" {
		m = Metric{
			Name: strings.ToLower(body.text("name")), Value: body.number("value"), ID: body.text("id"),
			Restored: body.text("navigationType", "navigation_type") == backForwardCache,
		}
		if m.ID == "" {
			m.First = m.Value > 0 && m.Value == body.number("delta")
			// A restored page also reports zeros; they must not lower the value.
			m.Max = m.Name == "cls" || m.Name == "inp"
		}
	}
	if !isVital(m.Name) {
		g.to.Reject()
		return
	}
	b.mergeMetric(m)
}

// addSpan reads one span. own says that the application itself created it.
func (g *grouper) addSpan(res *resource, s ptrace.Span, own bool) {
	a := attributes(s.Attributes())
	vital := strings.ToLower(s.Name())
	e, isError := a.exception()
	url, isRequest := a.text("http.url", "url.full"), false
	page := a.text("page.url.full", "page.url", "browser.page.url", "location.href")
	if s.Kind() == ptrace.SpanKindClient && url != "" {
		isRequest = true
	} else if page == "" {
		page = url // of the document, or of the page that was clicked
	}
	isVitalSpan := isVital(vital) && a.has(vital+".value")
	caught := ptrace.NewSpanEventSlice()
	if !isRequest { // a request's events repeat its failure
		caught = s.Events()
	}
	load, route := s.Name() == "documentLoad", strings.HasPrefix(s.Name(), "Navigation: ")
	event := own && !isRequest && s.ParentSpanID().IsEmpty() && s.Kind() != ptrace.SpanKindServer
	if !res.isRead() || !(isError || isRequest || isVitalSpan || load || route || event || hasException(caught)) ||
		isRequest && (a.isTrue("dash0.web.request.cancelled") || a.text("error.type") == "AbortError") {
		g.to.Ignore()
		return
	}
	if to := a.text(vital + ".navigation_url"); isVitalSpan && to != "" {
		page = to
	}
	p := g.groupOf(res, a, page, s.EndTimestamp())
	b := &p.b
	for _, event := range caught.All() {
		if e, ok := attributes(event.Attributes()).exception(); ok && event.Name() == "exception" {
			e.Handled = !attributes(event.Attributes()).isTrue("exception.escaped")
			if scope := traceOf(s.TraceID()); scope != "" {
				e.Telling = Telling{Scope: scope, Secondhand: true}
			}
			b.AddError(e)
		}
	}
	switch {
	case isError:
		b.AddError(e)
		b.Trace = traceOf(s.TraceID())
	case isRequest:
		b.AddFetch(Fetch{
			URL: url, Method: a.text("http.request.method", "http.method"),
			Status:   a.number("http.response.status_code", "http.status_code"),
			Duration: milliseconds(s.StartTimestamp(), s.EndTimestamp()), Trace: traceOf(s.TraceID()),
		})
	case isVitalSpan:
		b.mergeMetric(Metric{
			Name: vital, Value: a.number(vital + ".value"), ID: a.text(vital + ".id"),
			Restored: a.text(vital+".navigation_type") == backForwardCache,
		})
	case load, route:
		p.beginView(route, s.StartTimestamp())
		b.Trace = traceOf(s.TraceID())
	case event:
		b.AddEvent(Event{Name: wellFormed(s.Name()), Value: finiteOrZero(a.number("value"))})
	}
}

func hasException(events ptrace.SpanEventSlice) bool {
	for _, e := range events.All() {
		if e.Name() == "exception" {
			return true
		}
	}
	return false
}

// finiteOrZero replaces NaN and infinities by 0.
func finiteOrZero(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
