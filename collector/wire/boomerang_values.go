package wire

import (
	"strconv"
	"strings"
)

// How the SDK came to know of an error, its code v.
const (
	viaApplication = "1" // or none: it was given the error
	viaNetwork     = "3"
	viaConsole     = "4"
	viaReporting   = "8"
)

// cursor reads a parameter that holds a value: as JSURL, or as JSON where the
// page goes without the SDK's compression.
func (f *boomerangForm) cursor(text string) cursor {
	value := []byte(text)
	if strings.HasPrefix(text, "~") {
		var err error
		if value, err = fromJSURL(text, f.depth); err != nil {
			return cursor{err: err}
		}
	}
	return f.doc.read(value, f.depth)
}

// readErrors takes the errors. Of what the SDK calls errors, failed requests are
// requests, and those of the SDK's own code are left out.
func (f *boomerangForm) readErrors() {
	if f.errors == "" {
		return
	}
	c := f.cursor(f.errors)
	if c.array() {
		for c.more() {
			f.readError(&c)
		}
	}
	if c.err != nil {
		f.refused++
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
			e.Type = c.loose()
		case "m":
			e.Message = c.loose()
		case "v":
			via = c.loose()
		case "s":
			source = c.loose()
		case "c":
			code = c.loose()
		case "n":
			count = c.loose()
		case "f":
			e.Stack = f.stack(c)
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
		times = int(min(n, maxErrors+1)) // one too many is told as excess
	}
	if via == viaNetwork {
		for range times {
			f.failedRequest(e.Message, code)
		}
		return
	}
	if e.Type == "" {
		e.Type = "Error" // which the SDK does not send
	}
	switch via {
	case "", viaApplication, viaConsole, viaReporting:
		e.Handled = true
	}
	for range times {
		f.b.AddError(e)
	}
}

// failedRequest takes a request that failed, unless the beacon is about that
// very request.
func (f *boomerangForm) failedRequest(address, code string) {
	s := status(code, 0)
	for i := range f.b.Requests {
		if r := &f.b.Requests[i]; r.URL == address && r.Status == s {
			return
		}
	}
	f.b.AddFetch(Fetch{URL: address, Status: s})
}

// stack writes frames, newest first, as browsers do. Files of the page's own
// origin come without it.
func (f *boomerangForm) stack(c *cursor) string {
	var text strings.Builder
	if !c.array() {
		return ""
	}
	for c.more() {
		var file, own, function, line, column string
		c.pick(field{"w", &file}, field{"wo", &own}, field{"f", &function}, field{"l", &line}, field{"c", &column})
		if file == "" && own != "" {
			file = originOf(f.b.URL) + own
		}
		frame(&text, function, file, line, column)
	}
	return text.String()
}

// frame writes one frame of a stack as browsers do.
func frame(text *strings.Builder, function, file, line, column string) {
	place := file
	if line != "" {
		place += ":" + line
		if column != "" {
			place += ":" + column
		}
	}
	if function != "" && function != "?" {
		place = function + " (" + place + ")"
	}
	if text.Len() > 0 {
		text.WriteByte('\n')
	}
	text.WriteString("    at " + place)
}

// originOf is a URL up to its path.
func originOf(address string) string {
	i := strings.Index(address, "://")
	if i < 0 {
		return ""
	}
	if end := strings.IndexAny(address[i+3:], "/?#"); end >= 0 {
		return address[:i+3+end]
	}
	return address
}

// Session windows of layout shifts: at most a second apart, five in all.
// https://web.dev/articles/cls
const (
	shiftGap    = 1000
	shiftWindow = 5000
)

// largestWindow is the largest sum of layout shifts within one session window.
// The list holds their values in thousandths and their times in milliseconds,
// both to the base of 36; ok is false where it cannot be read.
func (f *boomerangForm) largestWindow() (largest float64, ok bool) {
	if f.shifts == "" {
		return 0, false
	}
	c := f.cursor(f.shifts)
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
	// Of one window the SDK's own sum is nearer to the truth.
	return float64(most) / 1000, c.err == nil && windows > 1
}
