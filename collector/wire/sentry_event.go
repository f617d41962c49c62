package wire

import (
	"math"
	"strings"
	"time"
)

// sentryCommon is what events and transactions have in common.
type sentryCommon struct {
	id, trace, op, url, agent, name, source string
	method, status                          string // of a request that an error is about
	release, environment                    string
	userID, email, username                 string
	os, device, appVersion                  string
	at                                      float64
	tags                                    []Tag
}

// legacyPrefix is in front of the names of members that older SDKs send:
// sentry.interfaces.Exception is exception.
const legacyPrefix = "sentry.interfaces."

// sentryKeyOf is the present name of an event's member.
func sentryKeyOf(key []byte) string {
	old, ok := cutPrefix(key, legacyPrefix)
	if !ok {
		return string(key)
	}
	switch name := string(old); name {
	case "Exception":
		return "exception"
	case "Message":
		return "logentry"
	case "Http":
		return "request"
	case "User":
		return "user"
	case "Stacktrace":
		return "stacktrace"
	case "Contexts":
		return "contexts"
	}
	return ""
}

// readField reads a common member; it returns false for other members.
func (s *sentryCommon) readField(c *cursor, key string) bool {
	switch key {
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
		s.readTags(c)
	default:
		return false
	}
	return true
}

// readTags reads an object, a list of pairs, or a list of objects with key and
// value.
func (s *sentryCommon) readTags(c *cursor) {
	var b Beacon
	switch c.peek() {
	case '{':
		c.tags(&b)
	case '[':
		c.array()
		for c.more() {
			if t := c.sentryPair(); t.Key != "" && t.Value != "" {
				b.AddTag(t)
			}
		}
	default:
		c.skip()
	}
	s.tags = append(s.tags, b.Tags...)
}

// sentryPair reads ["key", "value"] or {"key": …, "value": …}.
func (c *cursor) sentryPair() (t Tag) {
	if c.peek() != '[' {
		c.pick(field{"key", &t.Key}, field{"value", &t.Value})
		return t
	}
	c.array()
	for i := 0; c.more(); i++ {
		switch i {
		case 0:
			t.Key = c.looseString()
		case 1:
			t.Value = c.looseString()
		default:
			c.skip()
		}
	}
	return t
}

// seconds reads a time as seconds: a number, or as text a number or a date.
func (c *cursor) seconds() float64 {
	text := string(c.looseBytes())
	if v := parseNumber(text); v == v && !math.IsInf(v, 0) {
		return v
	}
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return float64(at.UnixMicro()) / 1e6
		}
	}
	return 0
}

func (s *sentryCommon) readRequest(c *cursor) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "url":
			s.url = c.looseString()
		case "method":
			s.method = c.looseString()
		case "headers":
			s.readHeaders(c)
		default:
			c.skip()
		}
	}
}

// readHeaders reads an object or a list of pairs.
func (s *sentryCommon) readHeaders(c *cursor) {
	list := c.peek() == '['
	if !list && !c.looseObject() || list && !c.array() {
		return
	}
	for c.more() {
		var t Tag
		if list {
			t = c.sentryPair()
		} else {
			t = Tag{c.name(), c.looseString()}
		}
		if strings.EqualFold(t.Key, "User-Agent") {
			s.agent = t.Value
		}
	}
}

func (s *sentryCommon) readContexts(c *cursor) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "trace":
			c.pick(field{"trace_id", &s.trace}, field{"op", &s.op})
		case "response":
			c.pick(field{"status_code", &s.status})
		case "flags":
			s.readFlags(c)
		case "os":
			c.pick(field{"name", &s.os})
		case "device":
			var family, model, kind string
			c.pick(field{"family", &family}, field{"model", &model}, field{"device_type", &kind})
			s.device = deviceOf(kind, family+" "+model)
		case "app":
			c.pick(field{"app_version", &s.appVersion})
		default:
			c.skip()
		}
	}
}

// readFlags reads the evaluated feature flags, the latest last.
func (s *sentryCommon) readFlags(c *cursor) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		if !c.listNamed("values") {
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
	setIfEmpty(&b.Release, s.appVersion)
	setIfEmpty(&b.OS, s.os)
	setIfEmpty(&b.Device, s.device)
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
