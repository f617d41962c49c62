package wire

import (
	"net/http"
	"strconv"
	"strings"
)

// Elastic is Elastic's RUM agent, intake protocol 2 and protocol 3, which has
// short names. A request is NDJSON: metadata, then errors, transactions and
// spans.
//
// Page loads and route changes become page views, page exits report INP, spans
// of type external are requests, and the application's own transactions become
// events. Transactions outside the sample are dropped, because those inside carry
// the rate. Nothing has a time, and only page loads have a session.
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
	s := splitBody(r.Body, r.Limits.Depth)
	defer s.doc.release()
	p := elasticBody{to: to, prefix: "elastic/" + r.ResendID + "/", wanted: true, b: getBeacon()}
	defer putBeacon(p.b)
	for {
		c, ok := s.next()
		if !ok {
			break
		}
		if !p.wanted || c.err != nil {
			to.Reject()
			continue
		}
		p.readLine(&c)
		if c.err != nil {
			p.pending = false
			to.Reject()
		}
	}
	p.emit()
	return s.err
}

// elasticBody is the metadata of the lines so far and the beacon of the latest
// transaction, whose spans may follow.
type elasticBody struct {
	to     Sink
	prefix string
	n      int
	wanted bool

	release, environment string
	labels               []Tag

	b             *Beacon
	transactionID string   // of the transaction
	metrics       []Metric // of the transaction
	pending       bool     // b is not emitted yet
}

func (p *elasticBody) readLine(c *cursor) {
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "metadata", "m":
			p.readMetadata(c)
		case "error", "e":
			p.startBeacon()
			p.readError(c)
		case "transaction", "x":
			p.startBeacon()
			p.readTransaction(c)
		case "span":
			p.readSpan(c)
		default: // metricset: the mean duration of spans
			c.skip()
			p.to.Ignore()
		}
	}
}

func (p *elasticBody) readMetadata(c *cursor) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "service", "se":
			c.pick(
				field{"version", &p.release}, field{"ve", &p.release},
				field{"environment", &p.environment}, field{"en", &p.environment},
			)
		case "labels", "l":
			var b Beacon
			c.scalarTags(&b)
			p.labels = b.Tags
		default:
			c.skip()
		}
	}
}

// startBeacon emits the previous beacon and starts the next one.
func (p *elasticBody) startBeacon() {
	p.emit()
	p.b.Reset()
	p.b.Release, p.b.Environment = p.release, p.environment
	p.b.ViewHints.Infer = true
	p.transactionID, p.pending = "", true
	for _, t := range p.labels {
		p.b.AddTag(t)
	}
}

func (p *elasticBody) emit() {
	if !p.pending {
		return
	}
	p.pending = false
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

func (p *elasticBody) readError(c *cursor) {
	var e Error
	var logged string
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "trace_id", "tid":
			p.b.Trace = c.looseString()
		case "context", "c":
			c.elasticContext(p.b, nil)
		case "exception", "ex":
			e = c.elasticException()
		case "log", "lg": // a message without an exception
			c.pick(field{"message", &logged}, field{"mg", &logged})
		default:
			c.skip()
		}
	}
	if e == (Error{}) {
		e = Error{Message: logged, Handled: true}
	}
	p.b.AddError(e)
}

func (c *cursor) elasticException() (e Error) {
	if !c.looseObject() {
		return e
	}
	for c.more() {
		switch string(c.key()) {
		case "type", "t":
			e.Type = c.looseString()
		case "message", "mg":
			e.Message = c.looseString()
		case "handled", "hd":
			e.Handled = c.looseString() == "true"
		case "stacktrace", "st":
			e.Stack = c.elasticStack()
		default:
			c.skip()
		}
	}
	return e
}

// elasticStack formats frames like browsers do, newest first.
func (c *cursor) elasticStack() string {
	var text strings.Builder
	if !c.looseArray() {
		return ""
	}
	for c.more() {
		var path, file, function, line, column string
		c.pick(
			field{"abs_path", &path}, field{"ap", &path}, field{"filename", &file}, field{"f", &file},
			field{"function", &function}, field{"fn", &function},
			field{"lineno", &line}, field{"li", &line}, field{"colno", &column}, field{"co", &column},
		)
		if path == "" {
			path = file
		}
		if path == "" {
			continue // of a script without a name: no useful position
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
