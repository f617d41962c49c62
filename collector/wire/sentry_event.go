package wire

import (
	"slices"
	"strings"
)

// sentryCommon is what events and transactions have in common.
type sentryCommon struct {
	id, trace, op, url, agent, name, source string
	release, environment                    string
	userID, email, username                 string
	at                                      float64
	tags                                    []Tag
}

// readField reads a common member; it returns false for other members.
func (s *sentryCommon) readField(c *cursor, key []byte) bool {
	switch string(key) {
	case "event_id":
		s.id = c.looseString()
	case "release":
		s.release = c.looseString()
	case "environment":
		s.environment = c.looseString()
	case "transaction":
		s.name = c.looseString()
	case "transaction_info":
		c.pick(field{"source", &s.source})
	case "timestamp":
		s.at = c.seconds()
	case "user":
		c.pick(field{"id", &s.userID}, field{"email", &s.email}, field{"username", &s.username})
	case "request":
		s.readRequest(c)
	case "contexts":
		s.readContexts(c)
	case "tags":
		if c.peek() != '{' {
			c.skip()
			break
		}
		var b Beacon
		c.tags(&b)
		s.tags = append(s.tags, b.Tags...)
	default:
		return false
	}
	return true
}

// seconds reads a time as a number; times as text are skipped.
func (c *cursor) seconds() float64 {
	if c.peek() != '0' {
		c.skip()
		return 0
	}
	return c.numberOrZero()
}

func (s *sentryCommon) readRequest(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "url":
			s.url = c.looseString()
		case "headers":
			if c.peek() != '{' {
				c.skip()
				break
			}
			c.pick(field{"User-Agent", &s.agent})
		default:
			c.skip()
		}
	}
}

func (s *sentryCommon) readContexts(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "trace":
			c.pick(field{"trace_id", &s.trace}, field{"op", &s.op})
		case "flags":
			s.readFlags(c)
		default:
			c.skip()
		}
	}
}

// readFlags reads the evaluated feature flags, the latest last.
func (s *sentryCommon) readFlags(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		if string(c.key()) != "values" || !c.array() {
			c.skip()
			continue
		}
		for c.more() {
			var flag, result string
			c.pick(field{"flag", &flag}, field{"result", &result})
			if flag != "" && len(s.tags) < maxTags {
				s.tags = append(s.tags, Tag{flag, result})
			}
		}
	}
}

// applyTo sets the fields of a beacon.
func (s *sentryCommon) applyTo(b *Beacon) {
	setIfEmpty(&b.Release, s.release)
	setIfEmpty(&b.Environment, s.environment)
	setIfEmpty(&b.URL, s.url)
	setIfEmpty(&b.UserAgent, s.agent)
	setIfEmpty(&b.User, firstIdentifier(s.userID, s.email, s.username))
	if s.source == "route" && strings.HasPrefix(s.name, "/") {
		setIfEmpty(&b.Route, s.name)
	} else if strings.HasPrefix(s.name, "/") {
		setIfEmpty(&b.URL, s.name)
	}
	for _, t := range s.tags {
		b.setTag(t)
	}
	b.updateTime(s.at)
}

// readEvent reads an exception or a message. SDKs may attach an exception to a
// message; then the level says what the application means: up to info, it is an
// event.
func (e *sentryEnvelope) readEvent(c *cursor) {
	var s sentryCommon
	var err Error
	var level, message string
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch key := c.key(); string(key) {
		case "exception":
			err = c.sentryException()
		case "level":
			level = c.looseString()
		case "message", "logentry":
			message = c.sentryMessage()
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
		b.AddError(Error{Message: message, Handled: true})
	default:
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

// sentryException reads the last exception; those before it are its causes.
func (c *cursor) sentryException() (last Error) {
	if !c.object() {
		return last
	}
	for c.more() {
		if string(c.key()) != "values" || !c.array() {
			c.skip()
			continue
		}
		for c.more() {
			last = Error{Handled: true}
			if !c.object() {
				continue
			}
			for c.more() {
				switch string(c.key()) {
				case "type":
					last.Type = c.looseString()
				case "value":
					last.Message = c.looseString()
				case "stacktrace":
					last.Stack = c.sentryStack()
				case "mechanism":
					handled := ""
					c.pick(field{"handled", &handled})
					last.Handled = handled != "false"
				default:
					c.skip()
				}
			}
		}
	}
	return last
}

// sentryStack formats frames like browsers do, newest first. They arrive oldest
// first.
func (c *cursor) sentryStack() string {
	var frames []stackFrame
	if !c.object() {
		return ""
	}
	for c.more() {
		if string(c.key()) != "frames" || !c.array() {
			c.skip()
			continue
		}
		for c.more() {
			var f stackFrame
			c.pick(
				field{"filename", &f.file}, field{"function", &f.function}, field{"lineno", &f.line}, field{"colno", &f.column},
			)
			frames = append(frames, f)
		}
	}
	var text strings.Builder
	for _, f := range slices.Backward(frames) {
		writeFrame(&text, f)
	}
	return text.String()
}
