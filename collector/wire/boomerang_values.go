package wire

import (
	"net/http"
	"strconv"
	"strings"
)

// How the SDK learned of an error: its code v.
const (
	viaApplication = "1" // or none: passed to the SDK
	viaNetwork     = "3"
	viaConsole     = "4"
	viaReporting   = "8"
)

// valueCursor reads a parameter that holds a structured value: JSURL, or JSON if
// the page does not use the SDK's compression.
func (f *boomerangForm) valueCursor(text string) cursor {
	value := []byte(text)
	if strings.HasPrefix(text, "~") {
		var err error
		if value, err = fromJSURL(text, f.depth); err != nil {
			return cursor{err: err}
		}
	}
	return f.doc.read(value, f.depth)
}

// readErrors reads the errors. Those that are failed requests become requests,
// and those of the SDK's own code are ignored.
func (f *boomerangForm) readErrors() {
	if f.errors == "" {
		return
	}
	c := f.valueCursor(f.errors)
	if c.array() {
		for c.more() {
			f.readError(&c)
		}
	}
	if c.err != nil {
		f.rejected++
	}
}

func (f *boomerangForm) readError(c *cursor) {
	var e Error
	var via, source, code, count string
	if !c.object() {
		c.fail(errShape)
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "t":
			e.Type = c.looseString()
		case "m":
			e.Message = c.looseString()
		case "v":
			via = c.looseString()
		case "s":
			source = c.looseString()
		case "c":
			code = c.looseString()
		case "n":
			count = c.looseString()
		case "f":
			e.Stack = f.readStack(c)
		default:
			c.skip()
		}
	}
	if c.err != nil {
		return
	}
	if source == "2" {
		f.ignored++
		return
	}
	times := 1
	if n := parseNumber(count); n > 1 {
		times = int(min(n, maxErrors+1)) // one over the cap counts as excess
	}
	if via == viaNetwork {
		for range times {
			f.addFailedRequest(e.Message, code)
		}
		return
	}
	if e.Type == "" {
		e.Type = "Error" // the SDK omits it
	}
	switch via {
	case "", viaApplication, viaConsole, viaReporting:
		e.Handled = true
	}
	for range times {
		f.b.AddError(e)
	}
}

// addFailedRequest adds a failed request that an error is about. Requests that
// the SDK instruments report themselves as well, in this beacon or another; those
// during a page load or a change of route do not. An error names no method.
func (f *boomerangForm) addFailedRequest(address, code string) {
	f.b.AddFetch(Fetch{
		URL: address, Method: http.MethodGet, Status: parseStatus(code, 0), Telling: Telling{Scope: f.scope(), Secondhand: true},
	})
}

// readStack formats frames like browsers do, newest first. The SDK omits the
// page's own origin from file names.
func (f *boomerangForm) readStack(c *cursor) string {
	var text strings.Builder
	if !c.array() {
		return ""
	}
	for c.more() {
		var frame stackFrame
		var path string // on the page's own origin
		c.pick(
			field{"w", &frame.file}, field{"wo", &path}, field{"f", &frame.function},
			field{"l", &frame.line}, field{"c", &frame.column},
		)
		if frame.file == "" && path != "" {
			frame.file = originOf(f.b.URL) + path
		}
		writeFrame(&text, frame)
	}
	return text.String()
}

// Session windows of layout shifts, in milliseconds: at most one second apart
// and five seconds long.
// https://web.dev/articles/cls
const (
	shiftGap    = 1000
	shiftWindow = 5000
)

// largestWindow returns the largest sum of layout shifts within one session
// window. The list has values in thousandths and times in milliseconds, both in
// base 36. ok is false if it is unreadable or a single window.
func (f *boomerangForm) largestWindow() (largest float64, ok bool) {
	if f.shifts == "" {
		return 0, false
	}
	c := f.valueCursor(f.shifts)
	if !c.array() {
		return 0, false
	}
	var sum, first, last, most uint64
	windows := 0
	for c.more() {
		var value, at string
		c.pick(field{"v", &value}, field{"t", &at})
		v, errValue := strconv.ParseUint(value, 36, 32)
		now, errTime := strconv.ParseUint(at, 36, 52)
		if errValue != nil || errTime != nil || now < last {
			return 0, false
		}
		if windows == 0 || now-last >= shiftGap || now-first >= shiftWindow {
			sum, first = 0, now
			windows++
		}
		sum += v
		last = now
		most = max(most, sum)
	}
	// For a single window the SDK's own sum is more precise.
	return float64(most) / 1000, c.err == nil && windows > 1
}
