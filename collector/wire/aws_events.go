package wire

import (
	"math"
	"strings"
)

// awsValue reads the member "value" of an event's details.
func (c *cursor) awsValue() float64 {
	value := math.NaN()
	if !c.object() {
		return value
	}
	for c.more() {
		if string(c.key()) == "value" {
			value = c.looseNumber()
		} else {
			c.skip()
		}
	}
	return value
}

// awsError reads an error. The client sends "undefined" for unknown values, and
// the type of the DOM event if there was no error object.
func (c *cursor) awsError() (e Error) {
	var f stackFrame
	if c.peek() != '{' {
		c.fail(errShape)
	}
	c.pick(
		field{"type", &e.Type}, field{"message", &e.Message}, field{"stack", &e.Stack},
		field{"filename", &f.file}, field{"lineno", &f.line}, field{"colno", &f.column},
	)
	switch e.Type {
	case "undefined", "error":
		e.Type = ""
	case "unhandledrejection":
		e.Type = "UnhandledRejection"
	}
	if e.Message == "undefined" {
		e.Message = ""
	}
	if e.Stack == "" && f.file != "" {
		var text strings.Builder
		writeFrame(&text, f)
		e.Stack = text.String()
	}
	if e.Type == "" && e.Message == "" {
		e.Type = "Error"
	}
	return e
}

// awsHTTP reads a request. Without a response, there was no connection.
func (c *cursor) awsHTTP() (f Fetch) {
	if !c.object() {
		return f
	}
	for c.more() {
		switch string(c.key()) {
		case "trace_id":
			f.Trace = xrayTrace(c.looseString())
		case "request":
			c.pick(field{"url", &f.URL}, field{"method", &f.Method})
		case "response":
			var code string
			c.pick(field{"status", &code})
			f.Status = parseStatus(code, 0)
		default:
			c.skip()
		}
	}
	return f
}

// awsTrace reads the request of an X-Ray segment: that of its first subsegment.
// https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
func (c *cursor) awsTrace() (f Fetch) {
	if !c.object() {
		return f
	}
	for c.more() {
		switch string(c.key()) {
		case "trace_id":
			f.Trace = xrayTrace(c.looseString())
		case "subsegments":
			if c.peek() != '[' {
				c.skip()
				continue
			}
			c.array()
			for first := true; c.more(); first = false {
				if first && c.peek() == '{' {
					c.awsSubsegment(&f)
				} else {
					c.skip()
				}
			}
		default:
			c.skip()
		}
	}
	return f
}

func (c *cursor) awsSubsegment(f *Fetch) {
	var begin, end float64
	c.object()
	for c.more() {
		switch string(c.key()) {
		case "start_time":
			begin = c.looseNumber()
		case "end_time":
			end = c.looseNumber()
		case "http":
			*f = c.awsExchange(*f)
		default:
			c.skip()
		}
	}
	if end > begin {
		f.Duration = math.Round((end-begin)*1e6) / 1e3 // seconds
	}
}

func (c *cursor) awsExchange(f Fetch) Fetch {
	if c.peek() != '{' {
		c.skip()
		return f
	}
	c.object()
	for c.more() {
		switch string(c.key()) {
		case "request":
			c.pick(field{"url", &f.URL}, field{"method", &f.Method})
		case "response":
			var code string
			c.pick(field{"status", &code})
			f.Status = parseStatus(code, 0)
		default:
			c.skip()
		}
	}
	return f
}

// addRequest adds a request, or merges it into the one with the same trace.
func (p *awsPage) addRequest(f Fetch) {
	if f.Trace != "" {
		for i := range p.Requests {
			old := &p.Requests[i]
			if old.Trace == f.Trace && old.URL == f.URL {
				old.Duration = max(old.Duration, f.Duration)
				old.Status = max(old.Status, f.Status)
				if old.Telling.Secondhand != f.Telling.Secondhand {
					old.Telling = Telling{} // both reports are here
				}
				return
			}
		}
	}
	p.AddFetch(f)
}

// xrayTrace converts an X-Ray trace id, 1-5759e988-bd862e3fe1be46a994272793, to
// a W3C one.
func xrayTrace(id string) string {
	if rest, ok := strings.CutPrefix(id, "1-"); ok {
		return strings.Replace(rest, "-", "", 1)
	}
	return id
}
