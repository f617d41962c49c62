package wire

import "strings"

// sentryCommon is what events and transactions have alike.
type sentryCommon struct {
	id, trace, op, url, agent, name, source string
	release, environment                    string
	userID, email, username                 string
	at                                      float64
	tags                                    []Tag
}

// field reads a member that both have, and says whether it was one.
func (s *sentryCommon) field(c *cursor, key []byte) bool {
	switch string(key) {
	case "event_id":
		s.id = c.loose()
	case "release":
		s.release = c.loose()
	case "environment":
		s.environment = c.loose()
	case "transaction":
		s.name = c.loose()
	case "transaction_info":
		c.pick(field{"source", &s.source})
	case "timestamp":
		s.at = c.seconds()
	case "user":
		c.pick(field{"id", &s.userID}, field{"email", &s.email}, field{"username", &s.username})
	case "request":
		s.request(c)
	case "contexts":
		s.contexts(c)
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

// seconds reads a time: a number, or a text that is not needed.
func (c *cursor) seconds() float64 {
	if c.peek() != '0' {
		c.skip()
		return 0
	}
	return c.optional()
}

func (s *sentryCommon) request(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "url":
			s.url = c.loose()
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

func (s *sentryCommon) contexts(c *cursor) {
	if !c.object() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "trace":
			c.pick(field{"trace_id", &s.trace}, field{"op", &s.op})
		case "flags":
			s.flags(c)
		default:
			c.skip()
		}
	}
}

// flags are what the page asked of its feature flags, the latest last.
func (s *sentryCommon) flags(c *cursor) {
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

// into tells a beacon.
func (s *sentryCommon) into(b *Beacon) {
	say(&b.Release, s.release)
	say(&b.Environment, s.environment)
	say(&b.URL, s.url)
	say(&b.UserAgent, s.agent)
	for _, user := range []string{s.userID, s.email, s.username} {
		say(&b.User, user)
	}
	if s.source == "route" && strings.HasPrefix(s.name, "/") {
		say(&b.Route, s.name)
	} else if strings.HasPrefix(s.name, "/") {
		say(&b.URL, s.name)
	}
	for _, t := range s.tags {
		b.tagOnce(t)
	}
	b.newest(s.at)
}

// tagOnce adds a tag, or gives one that is there already its newer value.
func (b *Beacon) tagOnce(t Tag) {
	for i := range b.Tags {
		if b.Tags[i].Key == t.Key {
			b.Tags[i] = t
			return
		}
	}
	b.AddTag(t)
}

// event is an exception or a message. SDKs attach an exception to a message, of
// which the level tells what the application means: up to info it is an event.
func (e *sentryEnvelope) event(c *cursor) {
	var s sentryCommon
	var fault Error
	var level, message string
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch key := c.key(); string(key) {
		case "exception":
			fault = c.sentryException()
		case "level":
			level = c.loose()
		case "message", "logentry":
			message = c.sentryMessage()
		default:
			if !s.field(c, key) {
				c.skip()
			}
		}
	}
	if c.err != nil {
		return
	}
	b := e.beacon(s.trace, s.id)
	s.into(b)
	b.Unsampled = e.unsampled // errors come from every session
	told := message != "" || fault.Type == ""
	if message == "" {
		message = fault.Message
	}
	switch {
	case level == "info", level == "debug", level == "log", level == "warning" && told:
		b.AddEvent(Event{Name: message})
	case fault == (Error{}):
		b.AddError(Error{Message: message, Handled: true})
	default:
		b.AddError(fault)
	}
}

// sentryMessage reads a message, which may be an object with its parameters.
func (c *cursor) sentryMessage() string {
	if c.peek() != '{' {
		return c.loose()
	}
	var formatted, template string
	c.pick(field{"formatted", &formatted}, field{"message", &template})
	if formatted == "" {
		return template
	}
	return formatted
}

// sentryException reads the last exception: those before it are its causes.
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
					last.Type = c.loose()
				case "value":
					last.Message = c.loose()
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

// sentryStack writes frames as browsers do, the newest first. They come the
// oldest first.
func (c *cursor) sentryStack() string {
	var frames []string
	if !c.object() {
		return ""
	}
	for c.more() {
		if string(c.key()) != "frames" || !c.array() {
			c.skip()
			continue
		}
		for c.more() {
			var file, function, line, column string
			c.pick(field{"filename", &file}, field{"function", &function}, field{"lineno", &line}, field{"colno", &column})
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
			frames = append(frames, place)
		}
	}
	var text strings.Builder
	for i := len(frames) - 1; i >= 0; i-- {
		if text.Len() > 0 {
			text.WriteByte('\n')
		}
		text.WriteString("    at " + frames[i])
	}
	return text.String()
}
