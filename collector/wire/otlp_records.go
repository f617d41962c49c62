package wire

import (
	"math"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// isVital says whether a name is one of the web-vitals library's.
func isVital(name string) bool {
	switch name {
	case "lcp", "fcp", "inp", "cls", "ttfb", "fid":
		return true
	}
	return false
}

// readsEvent says whether an event of the SDK's own is read.
func readsEvent(name string) bool {
	switch name {
	case "browser.web_vital", "browser.navigation", "browser.page_view", "browser.navigation_timing":
		return true
	}
	return false
}

// log reads one log record: an event, or else an exception.
func (g *grouper) log(about *resource, r plog.LogRecord) {
	a := attributes(r.Attributes())
	name := r.EventName()
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
	e, thrown := a.exception()
	silent := strings.HasPrefix(name, "browser.") && !readsEvent(name) && !thrown
	switch name {
	case "browser.navigation_timing":
		silent = !body.has("responseStart")
	case "", "session.start", "session.end":
		silent = !thrown
	}
	if silent || !about.browser {
		g.to.Ignore()
		return
	}
	p := g.at(about, a, a.text("page.url.full", "page.url", "browser.page.url", "url.full"), at)
	b := &p.b
	if b.Trace == "" {
		b.Trace = traceOf(r.TraceID())
	}
	switch {
	case thrown:
		b.AddError(e)
	case name == "browser.web_vital":
		g.vital(b, a, body)
	case name == "browser.navigation":
		if a.is("browser.navigation.hash_change") {
			g.to.Ignore()
			return
		}
		p.begins(a.is("browser.navigation.same_document"), at)
	case name == "browser.page_view":
		p.begins(body.number("type") == 1, at)
	case name == "browser.navigation_timing":
		// Who sends this dialect has no vital of it.
		b.AddMetric(Metric{Name: "ttfb", Value: body.number("responseStart")})
	case name == "feature_flag.evaluation":
		key, value := a.text("feature_flag.key"), a.text("feature_flag.result.variant", "feature_flag.variant", "feature_flag.result.value")
		if key != "" && value != "" {
			b.AddTag(Tag{key, value})
		}
	default:
		value := a
		if body.has("value") {
			value = body
		}
		b.AddEvent(Event{Name: name, Value: finite(value.number("value"))})
	}
}

// vital reads a vital out of attributes or a body.
func (g *grouper) vital(b *Beacon, a, body attributes) {
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
			// A page that came back tells of nothing at all, too, which takes nothing back.
			m.Max = m.Name == "cls" || m.Name == "inp"
		}
	}
	if !isVital(m.Name) {
		g.to.Reject()
		return
	}
	b.merge(m)
}

// span reads one span. own says that the application itself made it.
func (g *grouper) span(about *resource, s ptrace.Span, own bool) {
	a := attributes(s.Attributes())
	vital := strings.ToLower(s.Name())
	e, thrown := a.exception()
	url, isRequest := a.text("http.url", "url.full"), false
	page := a.text("page.url.full", "page.url", "browser.page.url", "location.href")
	if s.Kind() == ptrace.SpanKindClient && url != "" {
		isRequest = true
	} else if page == "" {
		page = url // of the document, or of what was clicked in
	}
	isVitalSpan := isVital(vital) && a.has(vital+".value")
	caught := ptrace.NewSpanEventSlice()
	if !isRequest { // where a request's failure is told again
		caught = s.Events()
	}
	load, route := s.Name() == "documentLoad", strings.HasPrefix(s.Name(), "Navigation: ")
	event := own && !isRequest && s.ParentSpanID().IsEmpty() && s.Kind() != ptrace.SpanKindServer
	if !about.browser || !(thrown || isRequest || isVitalSpan || load || route || event || hasException(caught)) ||
		isRequest && (a.is("dash0.web.request.cancelled") || a.text("error.type") == "AbortError") {
		g.to.Ignore()
		return
	}
	if to := a.text(vital + ".navigation_url"); isVitalSpan && to != "" {
		page = to
	}
	p := g.at(about, a, page, s.EndTimestamp())
	b := &p.b
	for _, event := range caught.All() {
		if e, ok := attributes(event.Attributes()).exception(); ok && event.Name() == "exception" {
			e.Handled = !attributes(event.Attributes()).is("exception.escaped")
			b.AddError(e)
		}
	}
	switch {
	case thrown:
		b.AddError(e)
		b.Trace = traceOf(s.TraceID())
	case isRequest:
		b.AddFetch(Fetch{
			URL: url, Method: a.text("http.request.method", "http.method"),
			Status:   a.number("http.response.status_code", "http.status_code"),
			Duration: milliseconds(s.StartTimestamp(), s.EndTimestamp()), Trace: traceOf(s.TraceID()),
		})
	case isVitalSpan:
		b.merge(Metric{
			Name: vital, Value: a.number(vital + ".value"), ID: a.text(vital + ".id"),
			Restored: a.text(vital+".navigation_type") == backForwardCache,
		})
	case load, route:
		p.begins(route, s.StartTimestamp())
		b.Trace = traceOf(s.TraceID())
	case event:
		b.AddEvent(Event{Name: s.Name(), Value: finite(a.number("value"))})
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

// finite reads what is no number as nothing.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
