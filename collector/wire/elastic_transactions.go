package wire

// elasticTransaction holds a transaction until its type is known: its members
// come in any order.
type elasticTransaction struct {
	id, name, kind, session, trace string
	rate                           float64
	unsampled                      bool
	metrics                        []Metric
	inp                            string
}

func (p *elasticBody) readTransaction(c *cursor) {
	t := elasticTransaction{metrics: p.metrics[:0]}
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "id":
			t.id = c.looseString()
		case "name", "n":
			t.name = c.looseString()
		case "type", "t":
			t.kind = c.looseString()
		case "trace_id", "tid":
			t.trace = c.looseString()
		case "sampled", "sm":
			t.unsampled = c.looseString() == "false"
		case "sample_rate", "sr":
			t.rate = c.numberOrZero()
		case "session", "ses":
			c.pick(field{"id", &t.session})
		case "context", "c":
			c.elasticContext(p.b, &t.inp)
		case "marks", "k":
			c.elasticMarks(&t)
		case "experience", "exp":
			c.elasticExperience(&t)
		case "spans", "y": // of version 3
			if c.looseArray() {
				for c.more() {
					p.readSpan(c)
				}
			}
		default:
			c.skip()
		}
	}
	p.transactionID, p.metrics = t.id, t.metrics
	p.applyTransaction(&t)
}

// applyTransaction adds a transaction to the beacon by its type.
func (p *elasticBody) applyTransaction(t *elasticTransaction) {
	b := p.b
	if t.unsampled {
		b.Reset()
		return
	}
	b.Trace, b.SampleRate = t.trace, t.rate
	for i := range b.Requests {
		b.Requests[i].Trace = t.trace // version 3 sends it once
	}
	switch t.kind {
	case "page-load":
		b.Navigation, b.ViewHints.NavigationID, b.Session = true, t.id, t.session
		for _, m := range t.metrics {
			b.AddMetric(m)
		}
	case "route-change":
		b.Navigation, b.ViewHints.Route = true, true
	case "page-exit":
		// 0 means no slow interaction since the last one.
		if v := parseNumber(t.inp); v > 0 {
			b.AddMetric(Metric{Name: "inp", Value: v, Max: true})
		}
	case "http-request", "user-interaction", "temporary":
		// made by the agent to hold spans
	default:
		b.AddEvent(Event{Name: t.name})
	}
}

func (c *cursor) elasticMarks(t *elasticTransaction) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "agent", "a":
			if c.looseObject() {
				for c.more() {
					switch string(c.key()) {
					case "timeToFirstByte", "fb":
						t.metrics = append(t.metrics, Metric{Name: "ttfb", Value: c.looseNumber()})
					case "firstContentfulPaint", "fp":
						t.metrics = append(t.metrics, Metric{Name: "fcp", Value: c.looseNumber()})
					case "largestContentfulPaint", "lp":
						t.metrics = append(t.metrics, Metric{Name: "lcp", Value: c.looseNumber()})
					default:
						c.skip()
					}
				}
			}
		default:
			c.skip()
		}
	}
}

func (c *cursor) elasticExperience(t *elasticTransaction) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		switch name := c.name(); name {
		case "cls", "fid", "tbt":
			t.metrics = append(t.metrics, Metric{Name: name, Value: c.looseNumber()})
		default:
			c.skip()
		}
	}
}

// elasticContext reads page, user and labels. If inp is not nil, it receives the
// INP that the agent sends as a label.
func (c *cursor) elasticContext(b *Beacon, inp *string) {
	if !c.looseObject() {
		return
	}
	for c.more() {
		switch string(c.key()) {
		case "page", "p":
			c.pick(field{"url", &b.URL})
		case "user", "u":
			var id, email, name string
			c.pick(field{"id", &id}, field{"email", &email}, field{"em", &email}, field{"username", &name}, field{"un", &name})
			setIfEmpty(&b.User, firstIdentifier(id, email, name))
		case "tags", "g":
			if !c.looseObject() {
				continue
			}
			for c.more() {
				key := c.name()
				switch value := c.looseString(); {
				case key == "inp_value" && inp != nil:
					*inp = value
				case value != "":
					b.AddTag(Tag{key, value})
				}
			}
		default:
			c.skip()
		}
	}
}

// readSpan adds the requests of the page's scripts. One without a connection has
// no status, but the outcome success; one that the page aborted has the outcome
// unknown.
func (p *elasticBody) readSpan(c *cursor) {
	var kind, outcome, owner, trace, url, method, status string
	var duration float64
	if !c.object() {
		c.fail(errShape)
	}
	for c.more() {
		switch string(c.key()) {
		case "type", "t":
			kind = c.looseString()
		case "outcome", "o":
			outcome = c.looseString()
		case "transaction_id":
			owner = c.looseString()
		case "trace_id":
			trace = c.looseString()
		case "duration", "d":
			duration = c.numberOrZero()
		case "context", "c":
			if !c.looseObject() {
				continue
			}
			for c.more() {
				switch string(c.key()) {
				case "http", "h":
					c.pick(
						field{"url", &url}, field{"method", &method}, field{"mt", &method},
						field{"status_code", &status}, field{"sc", &status},
					)
				default:
					c.skip()
				}
			}
		default:
			c.skip()
		}
	}
	lost := owner != "" && (!p.pending || owner != p.transactionID) // its transaction is missing
	if kind != "external" || url == "" || outcome == "unknown" || lost || c.err != nil {
		p.to.Ignore()
		return
	}
	f := Fetch{URL: url, Method: method, Duration: duration, Trace: trace}
	if status != "" {
		f.Status = parseNumber(status)
	}
	p.b.AddFetch(f)
}
