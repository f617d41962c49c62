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
	var level, message, stack string
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch key := sentryKeyOf(c.key()); key {
		case "exception":
			err = c.sentryExceptions()
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
	s.applyTo(b)
	b.Unsampled = e.unsampled // errors come from every session
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

// sentryExceptions reads the last exception; those before it are its causes. They
// are a list under values, or in older SDKs a list or a single one.
func (c *cursor) sentryExceptions() (last Error) {
	readList := func(c *cursor) {
		for c.more() {
			if one, ok := c.sentryException(); ok {
				last = one
			}
		}
	}
	if c.peek() != '{' {
		if c.looseArray() {
			readList(c)
		}
		return last
	}
	alone, wrapped := *c, false
	c.object()
	for c.more() {
		if string(c.key()) == "values" && c.peek() == '[' {
			wrapped = true
			c.array()
			readList(c)
		} else {
			c.skip()
		}
	}
	if !wrapped {
		last, _ = alone.sentryException()
	}
	return last
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

// sentryException reads one exception; ok is false if there is none.
func (c *cursor) sentryException() (e Error, ok bool) {
	e.Handled = true
	var handled, mechanism, module string
	if !c.looseObject() {
		return e, false
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
	return e, true
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
