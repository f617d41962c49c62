package wire

import (
	"net/http"
	"strconv"
	"strings"
)

// Elastic is Elastic's RUM agent, intake protocol 2 and its short-named third
// version. A request is NDJSON: metadata, then errors, transactions and spans.
//
// Page loads and route changes begin page views, what a page reports on its exit
// is its INP, spans of the type external are requests, and the application's own
// transactions become events. Transactions outside the sample stand for nothing:
// those inside carry the rate. There is no time in it, and sessions are only
// told at page loads.
type Elastic struct{}

// Spec implements [Format].
func (Elastic) Spec() Spec {
	return Spec{
		SDK:      "elastic",
		Patterns: []string{"POST /intake/v2/rum/events", "POST /intake/v3/rum/events"},
		Types:    []string{"application/x-ndjson", "application/json", "text/plain"},
		Headers:  []string{"Elastic-Apm-Traceparent"},
		Answer:   answerStatus(http.StatusAccepted),
		ResendID: bodyHash,
	}
}

// Decode implements [Format].
func (Elastic) Decode(r *Request, to Sink) error {
	s := cut(r.Body, r.Limits.Depth)
	defer s.doc.release()
	p := elasticBody{to: to, prefix: "elastic/" + r.ResendID + "/", wanted: true, b: borrow()}
	defer giveBack(p.b)
	for {
		c, ok := s.next()
		if !ok {
			break
		}
		if !p.wanted || c.err != nil {
			to.Reject()
			continue
		}
		p.line(&c)
		if c.err != nil {
			p.waits = false
			to.Reject()
		}
	}
	p.emit()
	return s.err
}

// elasticBody is what the lines read so far have in common, and the beacon of
// the latest transaction, whose spans may follow.
type elasticBody struct {
	to     Sink
	prefix string
	n      int
	wanted bool

	release, environment string
	labels               []Tag

	b       *Beacon
	id      string   // of the transaction
	metrics []Metric // of the transaction
	waits   bool     // b has something
}

func (p *elasticBody) line(c *cursor) {
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "metadata", "m":
			p.metadata(c)
		case "error", "e":
			p.begin()
			p.error(c)
		case "transaction", "x":
			p.begin()
			p.transaction(c)
		case "span":
			p.span(c)
		default: // metricset: how long an average span took
			c.skip()
			p.to.Ignore()
		}
	}
}

func (p *elasticBody) metadata(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "service", "se":
			c.pick(field{"version", &p.release}, field{"ve", &p.release}, field{"environment", &p.environment}, field{"en", &p.environment})
		case "labels", "l":
			var b Beacon
			c.tags(&b)
			p.labels = b.Tags
		default:
			c.skip()
		}
	}
}

// begin ends what came before and makes room for the next.
func (p *elasticBody) begin() {
	p.emit()
	p.b.Reset()
	p.b.Release, p.b.Environment = p.release, p.environment
	p.b.ViewHints.Infer = true
	p.id, p.waits = "", true
	for _, t := range p.labels {
		p.b.AddTag(t)
	}
}

func (p *elasticBody) emit() {
	if !p.waits {
		return
	}
	p.waits = false
	switch {
	case p.b.Empty():
		p.to.Ignore()
	case !p.wanted:
		p.to.Reject()
	default:
		p.b.ID = p.prefix + strconv.Itoa(p.n)
		p.n++
		p.wanted = p.to.Accept(p.b)
	}
}

func (p *elasticBody) error(c *cursor) {
	var e Error
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "trace_id", "tid":
			p.b.Trace = c.loose()
		case "context", "c":
			c.elasticContext(p.b, nil)
		case "exception", "ex":
			e = c.elasticException()
		default:
			c.skip()
		}
	}
	p.b.AddError(e)
}

func (c *cursor) elasticException() (e Error) {
	if !c.object() {
		return e
	}
	for c.more() {
		switch string(c.key()) {
		case "type", "t":
			e.Type = c.loose()
		case "message", "mg":
			e.Message = c.loose()
		case "handled", "hd":
			e.Handled = c.loose() == "true"
		case "stacktrace", "st":
			e.Stack = c.elasticStack()
		default:
			c.skip()
		}
	}
	return e
}

// elasticStack writes frames, newest first, as browsers do.
func (c *cursor) elasticStack() string {
	var text strings.Builder
	if !c.array() {
		return ""
	}
	for c.more() {
		var path, file, function, line, column string
		c.pick(
			field{"abs_path", &path}, field{"ap", &path}, field{"filename", &file}, field{"f", &file}, field{"function", &function}, field{"fn", &function},
			field{"lineno", &line}, field{"li", &line}, field{"colno", &column}, field{"co", &column},
		)
		if path == "" {
			path = file
		}
		if path == "" {
			continue // of a script without a name: it would only tell where it began
		}
		place := path + ":" + line + ":" + column
		if function != "" && function != "<anonymous>" {
			place = function + " (" + place + ")"
		}
		if text.Len() > 0 {
			text.WriteByte('\n')
		}
		text.WriteString("    at " + place)
	}
	return text.String()
}
