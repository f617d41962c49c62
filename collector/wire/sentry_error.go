package wire

import (
	"slices"
	"strings"
)

// readEvent reads an exception or a message. SDKs may attach an exception to a
// message; then the level says what the application means: up to info, it is an
// event.
func (e *sentryEnvelope) readEvent(c *cursor) {
	var s sentryCommon
	var err Error
	var level, message, stack, mechanism string
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch key := sentryKeyOf(c.key()); key {
		case "exception":
			err, mechanism = c.sentryExceptions()
		case "level":
			level = c.looseString()
		case "message", "logentry":
			if text := c.sentryMessage(); text != "" {
				message = text
			}
		case "stacktrace": // of a message, from older SDKs
			stack = c.sentryStack()
		case "culprit":
			culprit := c.looseString()
			setIfEmpty(&s.name, culprit)
		default:
			if !s.readField(c, key) {
				c.skip()
			}
		}
	}
	if c.err != nil {
		return
	}
	b := e.beaconOf(s.trace, s.id, s.at)
	b.Unsampled = e.unsampled // errors come from every session
	if f, ok := s.failedRequest(mechanism); ok {
		s.url = "" // of the request, not of the page
		s.applyTo(b)
		b.AddFetch(f)
		return
	}
	s.applyTo(b)
	isMessage := message != "" || err.Type == ""
	if message == "" {
		message = err.Message
	}
	switch {
	case level == "info", level == "debug", level == "log", level == "warning" && isMessage:
		b.AddEvent(Event{Name: message})
	case err == (Error{}):
		b.AddError(Error{Message: message, Stack: stack, Handled: level != "fatal"})
	default:
		setIfEmpty(&err.Stack, stack)
		b.AddError(err)
	}
}

// failedRequest is the request that an error of the SDK's integration for HTTP
// clients is about. A span may report it, too.
func (s *sentryCommon) failedRequest(mechanism string) (Fetch, bool) {
	mechanism = strings.TrimPrefix(mechanism, "auto.")
	if mechanism != "http.client" && !strings.HasPrefix(mechanism, "http.client.") || s.url == "" {
		return Fetch{}, false
	}
	return Fetch{
		URL: s.url, Method: s.method, Status: parseStatus(s.status, 0), Trace: s.trace,
		Telling: Telling{Scope: Identifier(s.trace), Secondhand: true},
	}, true
}

// sentryMessage reads a message; it may be an object with parameters.
func (c *cursor) sentryMessage() string {
	if c.peek() != '{' {
		return c.looseString()
	}
	var formatted, template string
	c.pick(field{"formatted", &formatted}, field{"message", &template})
	if formatted == "" {
		return template
	}
	return formatted
}

// sentryExceptions reads the last exception and how it was caught; those before it
// are its causes. They are a list under values, or in older SDKs a list or a
// single one.
func (c *cursor) sentryExceptions() (last Error, mechanism string) {
	readList := func(c *cursor) {
		for c.more() {
			if one, how, ok := c.sentryException(); ok {
				last, mechanism = one, how
			}
		}
	}
	if c.peek() != '{' {
		if c.looseArray() {
			readList(c)
		}
		return last, mechanism
	}
	alone, wrapped := *c, false
	c.object()
	for c.more() {
		if string(c.key()) != "values" {
			c.skip()
			continue
		}
		wrapped = true
		if c.peek() == '{' {
			last, mechanism, _ = c.sentryException()
		} else if c.looseArray() {
			readList(c)
		}
	}
	if !wrapped {
		last, mechanism, _ = alone.sentryException()
	}
	return last, mechanism
}

// endsProgram reports whether a mechanism is how SDKs of native apps learn that
// the app crashed or froze; not all of them say that it was not handled.
func endsProgram(mechanism string) bool {
	switch strings.ToLower(mechanism) {
	case "anr", "appexitinfo", "apphang", "watchdog_termination", "watchdogtermination",
		"signalhandler", "signal", "mach", "nsexception", "minidump", "uncaughtexceptionhandler":
		return true
	}
	return false
}

// sentryException reads one exception and how it was caught; ok is false if there
// is none.
func (c *cursor) sentryException() (e Error, mechanism string, ok bool) {
	e.Handled = true
	var handled, module string
	if !c.looseObject() {
		return e, "", false
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			e.Type = c.looseString()
		case "value":
			e.Message = c.sentryMessage()
		case "module": // of a native error
			module = c.looseString()
		case "stacktrace":
			e.Stack = c.sentryStack()
		case "mechanism":
			c.pick(field{"handled", &handled}, field{"type", &mechanism})
		default:
			c.skip()
		}
	}
	setIfEmpty(&e.Type, module)
	e.Handled = handled != "false" && (handled == "true" || !endsProgram(mechanism))
	return e, mechanism, true
}

// sentryStack formats frames like browsers do, newest first. They arrive oldest
// first.
func (c *cursor) sentryStack() string {
	var frames []stackFrame
	if !c.looseObject() {
		return ""
	}
	for c.more() {
		if !c.listNamed("frames") {
			continue
		}
		for c.more() {
			frames = append(frames, c.sentryFrame())
		}
	}
	var text strings.Builder
	for _, f := range slices.Backward(frames) {
		writeFrame(&text, f)
	}
	return text.String()
}

// sentryFrame reads a frame. Those of native apps may have a class instead of a
// file, or only a library.
func (c *cursor) sentryFrame() (f stackFrame) {
	var module, library, path string
	c.pick(
		field{"filename", &f.file}, field{"function", &f.function}, field{"lineno", &f.line}, field{"colno", &f.column},
		field{"module", &module}, field{"package", &library}, field{"abs_path", &path},
	)
	isURL := strings.Contains(f.file, "/")
	if module != "" && !isURL && f.function != "" && !strings.HasPrefix(f.function, module) {
		f.function = module + "." + f.function
	}
	for _, place := range [...]string{path, library[strings.LastIndexByte(library, '/')+1:], module} {
		setIfEmpty(&f.file, place)
	}
	return f
}
