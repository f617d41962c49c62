package wire

import "strings"

// sentrySession is the session of an app that an envelope reports: its start, or
// a change, such as a crash.
type sentrySession struct {
	id, user             string
	release, environment string
	starts               bool
	at                   float64 // Unix seconds
}

// isAppSDK reports whether an SDK is one for apps. Pages report their loads by
// transactions; a session of theirs would be the same page view again. The SDKs
// of servers send no single sessions.
func isAppSDK(name string) bool {
	if rest, ok := strings.CutPrefix(name, "sentry.javascript."); ok {
		return rest == "react-native"
	}
	return strings.HasPrefix(name, "sentry.")
}

func (e *sentryEnvelope) readSession(c *cursor) {
	var s sentrySession
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "sid":
			s.id = Identifier(c.looseString())
		case "did":
			s.user = Identifier(c.looseString())
		case "init":
			s.starts = string(c.looseBytes()) == "true"
		case "timestamp":
			s.at = c.seconds()
		case "attrs":
			c.pick(field{"release", &s.release}, field{"environment", &s.environment})
		default:
			c.skip()
		}
	}
	if c.err == nil {
		e.session = s
	}
}

// addSession ties the envelope's beacons to its session, and adds the page view
// that the session is. A session that only changed adds nothing.
func (e *sentryEnvelope) addSession() {
	s := e.session
	e.session = sentrySession{}
	if s.id == "" {
		return
	}
	view := "session/" + s.id
	for i := range e.beacons {
		b := e.beacons[i].Beacon
		b.Session = s.id
		setIfEmpty(&b.User, s.user)
		if !b.Navigation {
			b.View = view
		}
	}
	if !s.starts {
		if len(e.beacons) == 0 {
			e.to.Ignore()
		}
		return
	}
	b := getBeacon()
	if e.android {
		b.OS = "Android" // sent alone, a session does not say it
	}
	for i := range e.beacons {
		setIfEmpty(&b.OS, e.beacons[i].OS)
		setIfEmpty(&b.Device, e.beacons[i].Device)
	}
	b.ID, b.View, b.Session, b.User = "sentry/"+view, view, s.id, s.user
	b.Navigation = true
	b.Release, b.Environment = s.release, s.environment
	setIfEmpty(&b.Release, e.release)
	setIfEmpty(&b.Environment, e.environment)
	b.updateTime(s.at)
	e.beacons = append(e.beacons, sentryBeacon{view, b})
}
