package wire

import (
	"strconv"
	"strings"
)

func (d *datadogEvent) readView(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "id":
			d.b.View = c.looseString()
		case "url":
			d.b.URL = c.looseString()
		case "name":
			// A page's display name is no route: it would hide the page.
			if d.screen = c.looseString(); strings.HasPrefix(d.screen, "/") {
				d.b.Route = d.screen
			}
		case "loading_type":
			d.loading = c.looseString()
		case "largest_contentful_paint":
			d.addNanoseconds(c, "lcp")
		case "first_contentful_paint":
			d.addNanoseconds(c, "fcp")
		case "interaction_to_next_paint":
			d.addNanoseconds(c, "inp")
		case "first_byte":
			d.addNanoseconds(c, "ttfb")
		case "first_input_delay":
			d.addNanoseconds(c, "fid")
		case "cumulative_layout_shift":
			if c.peek() == '0' {
				d.vitals = append(d.vitals, Metric{Name: "cls", Value: c.number()})
			} else {
				c.skip()
			}
		case "custom_timings":
			d.addTimings(c)
		default:
			c.skip()
		}
	}
}

func (d *datadogEvent) addNanoseconds(c *cursor, name string) {
	if c.peek() != '0' {
		c.skip()
		return
	}
	d.vitals = append(d.vitals, Metric{Name: name, Value: c.number() / 1e6})
}

// addTimings adds the application's own timings, in nanoseconds.
func (d *datadogEvent) addTimings(c *cursor) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		name := c.name()
		if len(d.vitals) < maxMetrics {
			d.addNanoseconds(c, name)
		} else {
			c.skip()
		}
	}
}

func (d *datadogEvent) readError(c *cursor) {
	var crash, category string
	c.pick(
		field{"id", &d.errID}, field{"type", &d.err.Type}, field{"message", &d.err.Message}, field{"stack", &d.err.Stack},
		field{"handling", &d.handling}, field{"source", &d.source},
		field{"is_crash", &crash}, field{"category", &category},
	)
	switch category {
	case "ANR", "App Hang", "Watchdog Termination":
		crash = "true" // the app froze, or was ended
	}
	d.err.Handled = d.handling != "unhandled" && (crash != "true" || d.handling == "handled")
	d.err.Stack = datadogStack(d.err.Stack)
}

func (d *datadogEvent) readResource(c *cursor) {
	var status, duration string
	c.pick(
		field{"id", &d.fetchID}, field{"type", &d.fetchKind}, field{"url", &d.fetch.URL}, field{"method", &d.fetch.Method},
		field{"status_code", &status}, field{"duration", &duration},
	)
	if v := parseNumber(status); v > 0 {
		d.fetch.Status = v
	}
	if v := parseNumber(duration); v > 0 {
		d.fetch.Duration = v / 1e6
	}
}

func (d *datadogEvent) readAction(c *cursor) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "id":
			d.actionID = c.looseString()
		case "type":
			d.actionKind = c.looseString()
		case "target":
			if c.peek() != '{' {
				c.skip()
				break
			}
			c.pick(field{"name", &d.action.Name})
		default:
			c.skip()
		}
	}
}

// readContext reads the application's own context as tags. A number named value
// is the value of an event: Datadog has no other place for it.
func (d *datadogEvent) readContext(c *cursor) {
	if c.peek() != '{' {
		c.skip()
		return
	}
	c.object()
	for c.more() {
		key := c.name()
		switch kind := c.peek(); {
		case key == "value" && kind == '0':
			d.action.Value = c.number()
		case kind == '{' || kind == '[' || kind == 'n':
			c.skip()
		default:
			d.b.AddTag(Tag{key, c.scalar()})
		}
	}
}

func (d *datadogEvent) readConnectivity(c *cursor) {
	if c.peek() != '{' {
		c.skip()
		return
	}
	c.object()
	for c.more() {
		switch string(c.key()) {
		case "effective_type":
			if kind := c.looseString(); kind != "" {
				d.b.Connection = kind
			}
		case "interfaces": // all that are up, or one
			if c.peek() == '[' {
				c.array()
				for c.more() {
					setIfEmpty(&d.b.Connection, c.looseString())
				}
			} else {
				setIfEmpty(&d.b.Connection, c.looseString())
			}
		default:
			c.skip()
		}
	}
}

// readTags reads a list in one string:
// "sdk_version:7.16.2,env:production,service:shop".
func (d *datadogEvent) readTags(text string) {
	for text != "" {
		var pair string
		pair, text, _ = strings.Cut(text, ",")
		switch name, value, _ := strings.Cut(pair, ":"); name {
		case "env":
			setIfEmpty(&d.b.Environment, value)
		case "version":
			setIfEmpty(&d.b.Release, value)
		}
	}
}

// readMeta reads what the SDK says about itself.
func (d *datadogEvent) readMeta(c *cursor) {
	if c.peek() != '{' {
		c.skip()
		return
	}
	c.object()
	for c.more() {
		switch string(c.key()) {
		case "document_version":
			d.version = c.looseString()
		case "trace_id":
			d.fetch.Trace = datadogTrace(c.looseString())
		case "configuration":
			var rate string
			c.pick(field{"session_sample_rate", &rate})
			if v := parseNumber(rate); v > 0 && v <= 100 {
				d.b.SampleRate = v / 100
			}
		default:
			c.skip()
		}
	}
}

// datadogTrace converts a trace id to hexadecimal: Datadog's are decimal, or
// since version 6 hexadecimal with 32 digits.
func datadogTrace(s string) string {
	if n, err := strconv.ParseUint(s, 10, 64); err == nil && len(s) <= 20 {
		hex := strconv.FormatUint(n, 16)
		return strings.Repeat("0", 16-len(hex)) + hex
	}
	return s
}

// datadogStack rewrites frames from the SDK's format, "at pay @ URL:1:2", to the
// browsers', "at pay (URL:1:2)". Other lines stay.
func datadogStack(stack string) string {
	if !strings.Contains(stack, " @ ") {
		return stack
	}
	var text strings.Builder
	for line := range strings.Lines(stack) {
		call, at := strings.CutPrefix(strings.TrimSpace(line), "at ")
		i := strings.LastIndex(call, " @ ")
		if !at || i < 0 {
			text.WriteString(line)
			continue
		}
		name, where := call[:i], call[i+len(" @ "):]
		if name == "<anonymous>" {
			text.WriteString("    at " + where + "\n")
		} else {
			text.WriteString("    at " + name + " (" + where + ")\n")
		}
	}
	return strings.TrimSuffix(text.String(), "\n")
}
