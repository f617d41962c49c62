//go:build e2e

package agent

import "testing"

const act = "rum.user('jane'); rum.event('bought'); rum.measure('m', 1); setTimeout(() => { throw new RangeError('oops') }); await fetch('/status/500'); await new Promise(r => setTimeout(r, 20)); rum.flush();"

// errorsAlone waits for the error and checks that it is alone and marked.
func (s *harness) errorsAlone() sent {
	s.t.Helper()
	b := s.collector.beacon(s.t, "error", failure("RangeError"))
	s.hide()
	s.show()
	s.postsWhenIdle()
	for _, b := range s.collector.all() {
		if b.Navigation || len(b.Metrics)+len(b.Events)+len(b.Requests) > 0 {
			s.t.Errorf("more than errors was sent: %+v", b)
		}
		if b.Sampled == nil || *b.Sampled || b.SampleRate != 1 {
			s.t.Errorf("sampled = %v at rate %v, want false at 1", b.Sampled, b.SampleRate)
		}
	}
	return b
}

// stored lists the storage of the page's origin.
func (s *harness) stored() []string {
	s.t.Helper()
	return eval[[]string](s, "Object.keys(localStorage).concat(Object.keys(sessionStorage))")
}

func unsampled(t *testing.T, s *harness) {
	s.visit(`data-sample="0"`)
	s.run(act)
	if b := s.errorsAlone(); b.Session == "" || b.User != "jane" || b.View == "" {
		t.Errorf("beacon = %+v", b)
	}
}

// sampled: sampled beacons have the session's rate, errors 1. The session keeps its
// rate even if the next page's tag has another.
func sampled(t *testing.T, s *harness) {
	s.page(`<script>const random = Math.random; Math.random = () => random() / 11</script>`+s.tag(`data-sample="0.1"`), "")
	s.open("/first")
	s.run(act)
	if b := s.collector.beacon(t, "navigation", navigation); b.SampleRate != 0.1 || b.Sampled != nil {
		t.Errorf("sample rate %v, sampled %v", b.SampleRate, b.Sampled)
	}
	if b := s.collector.beacon(t, "error", failure("RangeError")); b.SampleRate != 1 || b.Sampled != nil {
		t.Errorf("of the error: sample rate %v, sampled %v", b.SampleRate, b.Sampled)
	}
	s.page(s.tag(`data-sample="0"`), "")
	s.open("/second")
	s.run("rum.flush()")
	if b := s.navigationTo("/second"); b.SampleRate != 0.1 {
		t.Errorf("sample rate %v in the same session, want 0.1", b.SampleRate)
	}
}

// session: a session ends after half an hour without a beacon.
func session(t *testing.T, s *harness) {
	s.visit("")
	s.run("rum.flush()")
	first := s.collector.beacon(t, "navigation", navigation)
	s.open("/second")
	s.run("rum.flush()")
	second := s.navigationTo("/second")
	s.page(`<script>
		const key = Object.keys(sessionStorage)[0], s = JSON.parse(sessionStorage[key]);
		s.last -= 31 * 60e3;
		sessionStorage[key] = JSON.stringify(s);
	</script>`+s.tag(""), "")
	s.open("/third")
	s.run("rum.flush()")
	third := s.navigationTo("/third")
	if first.Session != second.Session || third.Session == second.Session || third.Session == "" {
		t.Errorf("sessions %q, %q, and after the pause %q", first.Session, second.Session, third.Session)
	}
}

func globalPrivacyControl(t *testing.T, s *harness) {
	s.page(`<script>Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})</script>`+s.tag(`data-consent="full"`), "")
	s.open("/")
	s.run("rum.consent('full');" + act)
	b := s.errorsAlone()
	if b.Session != "" || b.User != "" || b.Consent != "minimal" || b.View == "" {
		t.Errorf("beacon = %+v", b)
	}
	if k := s.stored(); len(k) > 0 {
		t.Errorf("stored %v", k)
	}
}

func doNotTrack(t *testing.T, s *harness) {
	s.page(`<script>Object.defineProperty(Navigator.prototype, 'doNotTrack', {get: () => '1'})</script>`+s.tag(""), "")
	s.open("/")
	s.run(act)
	if b := s.errorsAlone(); b.Session != "" || b.User != "" || b.Consent != "minimal" {
		t.Errorf("beacon = %+v", b)
	}
}

func consentRequired(t *testing.T, s *harness) {
	s.page(s.tag(`data-consent="required"`), "")
	s.open("/")
	s.run(act)
	if n := s.postsWhenIdle(); n != 0 {
		t.Errorf("%d requests before consent:\n%s", n, s.collector.dump())
	}
	if k := s.stored(); len(k) > 0 {
		t.Errorf("stored %v before consent", k)
	}
	s.run("rum.consent('full')")
	b := s.collector.beacon(t, "what was gathered before", event("bought"))
	if !b.Navigation || b.User != "jane" || b.Session == "" || b.Consent != "full" {
		t.Errorf("beacon = %+v", b)
	}
	s.collector.beacon(t, "error from before", failure("RangeError"))
}

func consentNone(t *testing.T, s *harness) {
	s.page(s.tag(`data-consent="none"`), "")
	s.open("/")
	s.run(act)
	if n := s.postsWhenIdle(); n != 0 {
		t.Errorf("%d requests without consent:\n%s", n, s.collector.dump())
	}
	if k := s.stored(); len(k) > 0 {
		t.Errorf("stored %v without consent", k)
	}
}

func consentWithdrawn(t *testing.T, s *harness) {
	s.visit("")
	s.run("rum.event('with'); rum.flush()")
	s.collector.beacon(t, "event", event("with"))
	s.run("rum.consent('minimal');" + act)
	if b := s.collector.beacon(t, "error", failure("RangeError")); b.Session != "" || b.User != "" || b.Consent != "minimal" {
		t.Errorf("beacon = %+v", b)
	}
	if k := s.stored(); len(k) > 0 {
		t.Errorf("kept %v", k)
	}
	s.run("rum.consent('none'); rum.error('unseen')")
	before := s.postsWhenIdle()
	s.run("rum.error('unseen')")
	if n := s.postsWhenIdle(); n != before {
		t.Errorf("%d requests after consent was withdrawn", n-before)
	}
}
