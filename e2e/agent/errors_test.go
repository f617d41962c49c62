//go:build e2e

package agent

import (
	"strings"
	"testing"
)

func uncaughtError(t *testing.T, s *harness) {
	s.visit("")
	s.run("setTimeout(() => undefined.total); await new Promise(r => setTimeout(r, 20)); rum.flush()")
	b := s.collector.beacon(t, "TypeError", failure("TypeError"))
	e, _ := b.failure("TypeError")
	if e.Message != "Cannot read properties of undefined (reading 'total')" || e.Handled || e.Time == 0 {
		t.Errorf("error = %+v", e)
	}
	if !strings.HasPrefix(e.Stack, "TypeError: ") || !strings.Contains(e.Stack, "\n    at ") {
		t.Errorf("stack = %q", e.Stack)
	}
	if b.SampleRate != 1 || b.Sampled != nil || b.Navigation || b.View == "" {
		t.Errorf("beacon = %+v", b)
	}
	if nav := s.collector.beacon(t, "navigation", navigation); nav.View != b.View || nav.ID == b.ID {
		t.Errorf("error in view %s of beacon %s, navigation in %s of %s", b.View, b.ID, nav.View, nav.ID)
	}
}

func unhandledRejections(t *testing.T, s *harness) {
	s.visit("")
	s.run(`
		Promise.reject(new RangeError('too far'));
		Promise.reject('a string');
		Promise.reject({card: '4111 1111 1111 1111', name: 'Jane'});
		Promise.reject(undefined);
		Promise.reject(new DOMException('not now', 'NotAllowedError'));
		setTimeout(() => { throw 'thrown string' });
		await new Promise(r => setTimeout(r, 50)); rum.flush()`)
	got := map[string]bool{}
	s.collector.wait(t, "six errors", func(posts []post) bool {
		for _, b := range accepted(posts) {
			for _, e := range b.Errors {
				got[e.Type+": "+e.Message] = true
			}
		}
		return len(got) >= 6
	})
	for _, want := range []string{
		"RangeError: too far", "UnhandledRejection: a string", "UnhandledRejection: object with card, name",
		"UnhandledRejection: undefined", "NotAllowedError: not now", "Error: thrown string",
	} {
		if !got[want] {
			t.Errorf("no %q in %v", want, got)
		}
	}
}

func missingResource(t *testing.T, s *harness) {
	s.visit("")
	s.run(`
		const img = new Image(); img.src = '/status/404/logo.png?user=jane'; document.body.append(img);
		const js = document.createElement('script'); js.src = '/status/500/app.js'; document.body.append(js);
		await Promise.all([img, js].map(e => new Promise(r => e.addEventListener('error', r))));
		rum.flush()`)
	got := map[string]bool{}
	s.collector.wait(t, "two errors", func(posts []post) bool {
		for _, b := range accepted(posts) {
			for _, e := range b.Errors {
				got[e.Type+": "+e.Message] = true
			}
		}
		return len(got) >= 2
	})
	for _, want := range []string{"ResourceError: img " + s.site.URL + "/status/404/logo.png", "ResourceError: script " + s.site.URL + "/status/500/app.js"} {
		if !got[want] {
			t.Errorf("no %q in %v", want, got)
		}
	}
}

// emojiAtTheCut: a text is not cut inside a surrogate pair, and the errors after
// it arrive, too.
func emojiAtTheCut(t *testing.T, s *harness) {
	s.visit("")
	s.run(`
		setTimeout(() => { throw new Error('x'.repeat(1023) + '🎉 tail') });
		setTimeout(() => { throw new RangeError('plain') });
		await new Promise(r => setTimeout(r, 50));
		rum.error({name: 'y'.repeat(255) + '🎉', message: 'z'.repeat(1022) + '🎉 tail', stack: 'at f'.repeat(2048) + '🎉'});
		rum.flush()`)
	s.collector.beacon(t, "plain error", failure("RangeError"))
	b := s.collector.beacon(t, "cut error", failure("Error"))
	if e, _ := b.failure("Error"); e.Message != strings.Repeat("x", 1023) || strings.Contains(e.Stack, "\ufffd") {
		t.Errorf("message ends with %q", e.Message[max(0, len(e.Message)-10):])
	}
	long := strings.Repeat("y", 255)
	b = s.collector.beacon(t, "cut type", failure(long))
	if e, _ := b.failure(long); e.Message != strings.Repeat("z", 1022)+"🎉" {
		t.Errorf("message ends with %q", e.Message[max(0, len(e.Message)-10):])
	}
}

// errorBurst: errors over the cap are counted.
func errorBurst(t *testing.T, s *harness) {
	s.visit("")
	s.run("for (let i = 0; i < 200; i++) rum.error(new Error('again ' + 'x'.repeat(5000) + '\\n'.repeat(5))); rum.flush()")
	b := s.collector.beacon(t, "errors_dropped", metric("errors_dropped"))
	if n := b.Metrics["errors_dropped"]; n != 150 {
		t.Errorf("%v errors dropped, want 150", n)
	}
	n := 0
	s.collector.wait(t, "fifty errors", func(posts []post) bool {
		n = 0
		for _, b := range accepted(posts) {
			n += len(b.Errors)
			for _, e := range b.Errors {
				if len(e.Message) > 1024 || len(e.Stack) > 8192 {
					t.Errorf("message of %d, stack of %d bytes", len(e.Message), len(e.Stack))
				}
			}
		}
		return n >= 50
	})
	if n != 50 {
		t.Errorf("%d errors sent, want 50", n)
	}
}

// earlyStub is the stub of docs/browser-agent.md for errors before the agent loads.
const earlyStub = `<script>!function(r,f){r.e=r.e||[];f=function(e){r.e&&r.e.push(e)};addEventListener("error",f,!0);addEventListener("unhandledrejection",f)}(window.rum=window.rum||{})</script>`

func earlyErrors(t *testing.T, s *harness) {
	s.page(earlyStub+`<script>setTimeout(() => Promise.reject(new RangeError('early rejection')));undefined.early</script>`,
		`<script>setTimeout(() => { document.head.insertAdjacentHTML('beforeend', ''); const e = document.createElement('script'); e.src = '`+s.edge.URL+`/rum.js'; e.dataset.key = 'k1'; document.head.append(e) }, 50)</script>`)
	s.open("/")
	s.waitJS("window.rum.flush")
	s.run("setTimeout(() => { throw new SyntaxError('late') }); await new Promise(r => setTimeout(r, 20)); rum.flush()")
	s.collector.beacon(t, "early error", failure("TypeError"))
	s.collector.beacon(t, "early rejection", failure("RangeError"))
	s.collector.beacon(t, "late error", failure("SyntaxError"))
	n := 0
	for _, b := range s.collector.all() {
		n += len(b.Errors)
	}
	if n != 3 {
		t.Errorf("%d errors, want 3, each once", n)
	}
}
