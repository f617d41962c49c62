//go:build e2e

package agent

import "testing"

func calls(t *testing.T, s *harness) {
	s.visit("")
	s.run(`
		rum.user('jane@example.com'); rum.tag('plan', 'pro'); rum.tag('gone', 1); rum.tag('gone', null);
		rum.route('/users/:id/orders'); rum.release('2.5.0');
		rum.event('checkout_completed', 3); rum.event('seen');
		rum.measure('ttft', 120.5); rum.measure('bad', NaN); rum.measure('worse', -1); rum.measure('worst', 'x');
		rum.error(new RangeError('handled')); rum.error('just a message');
		rum.event(); rum.measure(); rum.error(); rum.user(); rum.user('jane@example.com'); rum.tag(Symbol.iterator, {toString() { throw 1 }});
		rum.flush()`)
	b := s.collector.beacon(t, "event", event("checkout_completed"))
	if b.User != "jane@example.com" || b.Tags["plan"] != "pro" || len(b.Tags) != 1 || b.Route != "/users/:id/orders" || b.Release != "2.5.0" {
		t.Errorf("beacon = %+v", b)
	}
	if *b.Events[0].Value != 3 || b.Events[1].Value != nil {
		t.Errorf("events = %+v", b.Events)
	}
	if b.Metrics["ttft"] != 120.5 {
		t.Errorf("metrics = %v", b.Metrics)
	}
	for _, name := range []string{"bad", "worse", "worst"} {
		if v, ok := b.Metrics[name]; ok {
			t.Errorf("measurement %s = %v", name, v)
		}
	}
	if len(b.Errors) > 0 {
		t.Errorf("errors share a beacon with what is sampled: %v", b.Errors)
	}
	f := s.collector.beacon(t, "handled error", failure("RangeError"))
	if e, _ := f.failure("RangeError"); !e.Handled || e.Message != "handled" {
		t.Errorf("error = %+v", e)
	}
	if e, ok := f.failure("Error"); !ok || e.Message != "just a message" {
		t.Errorf("errors = %+v", f.Errors)
	}
}

// queueStub is the stub of docs/browser-agent.md for calls before the agent loads.
const queueStub = `<script>!function(r,q){r.q=q=r.q||[];"event measure error user tag consent route release flush".replace(/\w+/g,function(m){r[m]=r[m]||function(){q.push([m,arguments])}})}(window.rum=window.rum||{})</script>`

func earlyCalls(t *testing.T, s *harness) {
	s.page(queueStub+`<script>rum.user('u1'); rum.event('early'); const kept = rum; kept.tag('a', 'b')</script>`+s.tag(""), "")
	s.open("/")
	s.run("kept.event('late'); kept.flush()")
	b := s.collector.beacon(t, "early event", event("early"))
	if b.User != "u1" || b.Tags["a"] != "b" {
		t.Errorf("beacon = %+v", b)
	}
	s.collector.beacon(t, "late event", event("late"))
}
