package wire

// Native is rumtop's own format, for the browser agent and any HTTP client:
// POST /v1/beacons with one object, an array, or NDJSON.
type Native struct{}

// Spec implements [Format].
func (Native) Spec() Spec {
	return Spec{
		SDK:      "beacons",
		Patterns: []string{"POST /v1/beacons"},
		Types:    []string{"application/json", "text/plain", "application/x-ndjson", "application/ndjson"},
		Answer:   answerCounts,
	}
}

// Decode implements [Format].
func (Native) Decode(r *Request, to Sink) error {
	s := splitBody(r.Body, r.Limits.Depth)
	defer s.doc.release()
	b := getBeacon()
	defer putBeacon(b)
	wanted := true
	for {
		item, ok := s.next()
		if !ok {
			return s.err
		}
		b.Reset()
		if !wanted || decodeNative(&item, b) != nil {
			to.Reject()
		} else {
			wanted = to.Accept(b)
		}
	}
}

func decodeNative(c *cursor, b *Beacon) error {
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "id":
			b.ID = c.scalar()
		case "time":
			b.Time = c.numberOrZero()
		case "release":
			b.Release = c.scalar()
		case "environment":
			b.Environment = c.scalar()
		case "url":
			b.URL = c.string()
		case "route":
			b.Route = c.string()
		case "view":
			b.View = c.scalar()
		case "session":
			b.Session = c.scalar()
		case "user":
			b.User = c.scalar()
		case "navigation":
			b.Navigation = c.bool()
		case "sample_rate":
			b.SampleRate = c.number()
		case "sampled":
			b.Unsampled = c.nativeUnsampled()
		case "consent":
			b.Consent = c.string()
		case "device":
			b.Device = c.string()
		case "connection":
			b.Connection = c.string()
		case "traffic":
			b.Traffic = c.string()
		case "sdk":
			b.SDK = c.string()
		case "trace":
			b.Trace = c.string()
		case "tags":
			c.tags(b)
		case "metrics":
			c.nativeMetrics(b)
		case "errors":
			c.nativeErrors(b)
		case "requests":
			c.nativeFetches(b)
		case "events":
			c.nativeEvents(b)
		default:
			c.skip()
		}
	}
	return c.err
}

// nativeUnsampled reads "sampled"; null means sampled.
func (c *cursor) nativeUnsampled() bool {
	if c.peek() == 'n' {
		c.skip()
		return false
	}
	return !c.bool()
}

func (c *cursor) nativeMetrics(b *Beacon) {
	if !c.object() {
		return
	}
	for c.more() {
		name := c.name()
		b.AddMetric(Metric{Name: name, Value: c.number()})
	}
}

func (c *cursor) nativeErrors(b *Beacon) {
	if !c.array() {
		return
	}
	for c.more() {
		b.AddError(c.nativeError())
	}
}

func (c *cursor) nativeFetches(b *Beacon) {
	if !c.array() {
		return
	}
	for c.more() {
		b.AddFetch(c.nativeFetch())
	}
}

func (c *cursor) nativeEvents(b *Beacon) {
	if !c.array() {
		return
	}
	for c.more() {
		b.AddEvent(c.nativeEvent())
	}
}

func (c *cursor) nativeError() (e Error) {
	if !c.object() {
		return e
	}
	for c.more() {
		switch string(c.key()) {
		case "type":
			e.Type = c.string()
		case "message":
			e.Message = c.string()
		case "stack":
			e.Stack = c.string()
		case "handled":
			e.Handled = c.bool()
		default:
			c.skip()
		}
	}
	return e
}

func (c *cursor) nativeFetch() (f Fetch) {
	if !c.object() {
		return f
	}
	for c.more() {
		switch string(c.key()) {
		case "url":
			f.URL = c.string()
		case "method":
			f.Method = c.string()
		case "status":
			f.Status = c.numberOrZero()
		case "duration":
			f.Duration = c.number()
		case "trace":
			f.Trace = c.string()
		default:
			c.skip()
		}
	}
	return f
}

func (c *cursor) nativeEvent() (e Event) {
	if !c.object() {
		return e
	}
	for c.more() {
		switch string(c.key()) {
		case "name":
			e.Name = c.string()
		case "value":
			e.Value = c.number()
		default:
			c.skip()
		}
	}
	return e
}
