package wire

import (
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

const sentryHeader = `{"event_id":"e1","sent_at":"2026-11-21T05:30:20.673Z","dsn":"https://pk_shop@rum.example/1","trace":{"release":"2.4.1","environment":"production","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","sampled":"true","sample_rate":"0.25"}}` + "\n"

func TestSentryEvents(t *testing.T) {
	event := func(more string) string {
		return sentryHeader + `{"type":"event"}` + "\n" + `{"event_id":"e1","timestamp":1795239020.7,"release":"2.4.1","environment":"production","transaction":"/a/1",
"request":{"url":"https://shop/a/1","headers":{"User-Agent":"UA"}},"user":{"id":"jane"},"tags":{"tier":"paid"},
"contexts":{"trace":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"},"flags":{"values":[{"flag":"new","result":false},{"flag":"new","result":true}]}},` + more + "}"
	}
	exception := `"exception":{"values":[{"type":"Cause","value":"c"},{"type":"TypeError","value":"m","stacktrace":{"frames":[
{"filename":"https://a/old.js","function":"?","lineno":1},{"filename":"https://a/new.js","function":"f","lineno":10,"colno":20}]},"mechanism":{"handled":false}}]}`
	fault := Error{Type: "TypeError", Message: "m", Stack: "    at f (https://a/new.js:10:20)\n    at https://a/old.js:1"}
	for _, tc := range []struct {
		name, more string
		errors     []Error
		events     []Event
	}{
		{"an exception, frames the newest first, causes left out", `"level":"error",` + exception, []Error{fault}, nil},
		{"no level", exception, []Error{fault}, nil},
		{"an exception that is a warning", `"level":"warning",` + exception, []Error{fault}, nil},
		{"a message with a stack is a conversion", `"level":"info","message":"paid","exception":{"values":[{"value":"paid","stacktrace":{"frames":[]},"mechanism":{"handled":true,"synthetic":true}}]}`, nil, []Event{{Name: "paid"}}},
		{"a message", `"level":"info","message":"paid"`, nil, []Event{{Name: "paid"}}},
		{"a message with parameters", `"level":"info","logentry":{"message":"paid %s","formatted":"paid 7"}`, nil, []Event{{Name: "paid 7"}}},
		{"a message that is an error", `"level":"error","message":"no stock"`, []Error{{Message: "no stock", Handled: true}}, nil},
	} {
		c, err := decode(Sentry{}, oneLine(event(tc.more)))
		if err != nil || len(c.beacons) != 1 || c.rejected != 0 {
			t.Errorf("%s: %+v, %v", tc.name, c, err)
			continue
		}
		b := c.beacons[0]
		want := Beacon{
			ID: "sentry/4bf92f3577b34da6a3ce929d0e0e4736/e1", View: "4bf92f3577b34da6a3ce929d0e0e4736", Trace: "4bf92f3577b34da6a3ce929d0e0e4736",
			ViewHints: ViewHints{Defaults: true}, Time: 1795239020673, Release: "2.4.1", Environment: "production", URL: "https://shop/a/1", User: "jane", UserAgent: "UA",
			Tags: []Tag{{"new", "true"}, {"tier", "paid"}}, Errors: tc.errors, Events: tc.events,
		}
		want.Tags, b.Tags = sorted(want.Tags), sorted(b.Tags)
		if !reflect.DeepEqual(b, want) {
			t.Errorf("%s\n got %+v\nwant %+v", tc.name, b, want)
		}
	}
}

// oneLine joins the lines after the headers of an envelope and its item.
func oneLine(envelope string) string {
	parts := strings.SplitN(envelope, "\n", 3)
	return parts[0] + "\n" + parts[1] + "\n" + strings.ReplaceAll(parts[2], "\n", " ")
}

func sorted(tags []Tag) []Tag {
	if len(tags) == 2 && tags[0].Key > tags[1].Key {
		return []Tag{tags[1], tags[0]}
	}
	return tags
}

func TestSentryTransaction(t *testing.T) {
	c, err := decode(Sentry{}, sentryHeader+`{"type":"transaction"}`+"\n"+
		`{"type":"transaction","event_id":"e2","transaction":"/a/:id","transaction_info":{"source":"route"},"start_timestamp":1,"timestamp":1795239020.5,"request":{"url":"https://shop/a/1"},"user":{"email":"jane@example.com"},`+
		`"contexts":{"trace":{"op":"pageload","trace_id":"t1","data":{"sentry.op":"pageload","effectiveConnectionType":"4g","browser.navigation.type":"navigate","flag.evaluation.new":true}}},`+
		`"measurements":{"lcp":{"value":280,"unit":"millisecond"},"ttfb":{"value":0.012,"unit":"second"},"cls":{"value":0.18,"unit":""},"fp":{"value":3}},`+
		`"spans":[{"op":"http.client","start_timestamp":10.5,"timestamp":10.75,"data":{"url":"https://api/x","http.method":"POST","http.response.status_code":500}},{"op":"http.client","start_timestamp":1,"timestamp":1,"data":{"http.url":"https://dead/"}},{"op":"resource.script","data":{"url":"https://cdn/x.js"}}]}`)
	if err != nil || len(c.beacons) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	want := Beacon{
		ID: "sentry/t1/e2", View: "t1", Trace: "t1", ViewHints: ViewHints{Defaults: true}, Time: 1795239020673, Release: "2.4.1", Environment: "production",
		URL: "https://shop/a/1", Route: "/a/:id", User: "jane@example.com", Navigation: true, SampleRate: .25, Connection: "4g",
		Tags:     []Tag{{"new", "true"}},
		Metrics:  []Metric{{Name: "lcp", Value: 280}, {Name: "ttfb", Value: 12}, {Name: "cls", Value: .18}},
		Requests: []Fetch{{URL: "https://api/x", Method: "POST", Status: 500, Duration: 250, Trace: "t1", Telling: Telling{Scope: "t1"}}, {URL: "https://dead/", Trace: "t1", Telling: Telling{Scope: "t1"}}},
	}
	if !reflect.DeepEqual(c.beacons[0], want) {
		t.Errorf("\n got %+v\nwant %+v", c.beacons[0], want)
	}
}

func TestSentrySpans(t *testing.T) {
	c, err := decode(Sentry{}, `{"trace":{"release":"2.4.1"}}`+"\n"+`{"type":"span","item_count":4}`+"\n"+`{"version":2,"items":[`+
		`{"name":"Click","span_id":"s1","trace_id":"t1","end_timestamp":2,"attributes":{"browser.web_vital.inp.value":{"value":304,"type":"integer"},"user.id":{"value":"jane","type":"string"}}},`+
		`{"name":"Click","span_id":"s2","trace_id":"t1","end_timestamp":3,"attributes":{"browser.web_vital.inp.value":{"value":520,"type":"integer"}}},`+
		`{"name":"Pageload","span_id":"s3","trace_id":"t1","is_segment":true,"attributes":{"sentry.op":{"value":"pageload"},"url.full":{"value":"https://shop/a"},"sentry.sample_rate":{"value":0.5},"sentry.segment.name":{"value":"Pageload"}}},`+
		`{"name":"Navigation","span_id":"s4","trace_id":"t2","is_segment":true,"attributes":{"sentry.op":{"value":"navigation"},"url.full":{"value":"https://shop/b"},"browser.navigation.type":{"value":"back-forward-cache"},"browser.web_vital.cls.value":{"value":0}}}]}`+"\n"+
		`{"type":"span"}`+"\n"+`{"op":"ui.interaction.click","span_id":"s5","trace_id":"t3","timestamp":4,"data":{"transaction":"/c"},"measurements":{"inp":{"value":8,"unit":"millisecond"}}}`)
	if err != nil || len(c.beacons) != 3 || c.rejected != 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	a, b, d := c.beacons[0], c.beacons[1], c.beacons[2]
	if !reflect.DeepEqual(a.Metrics, []Metric{{Name: "inp", Value: 520}}) || !a.Navigation || a.URL != "https://shop/a" || a.User != "jane" || a.SampleRate != .5 || a.Time != 3000 || a.ID != "sentry/t1/s1" || a.Release != "2.4.1" {
		t.Errorf("%+v", a)
	}
	if !b.Navigation || !reflect.DeepEqual(b.Metrics, []Metric{{Name: "cls", Restored: true}}) || b.View != "t2" {
		t.Errorf("%+v", b)
	}
	if d.URL != "/c" || d.Navigation || !reflect.DeepEqual(d.Metrics, []Metric{{Name: "inp", Value: 8}}) {
		t.Errorf("%+v", d)
	}
}

func TestSentryEnvelopes(t *testing.T) {
	event := `{"type":"event"}` + "\n" + `{"event_id":"x","level":"info","message":"m"}` + "\n"
	for _, tc := range []struct {
		name, body                 string
		beacons, rejected, ignored int
		broken                     bool
	}{
		{"binary attachment before an event", "{}\n" + `{"type":"replay_recording","length":7}` + "\n\x00\n\xff{\"\n}\n" + event, 1, 0, 1, false},
		{"session, client report, log", "{}\n" + `{"type":"session"}` + "\n{}\n" + `{"type":"client_report"}` + "\n{}\n" + `{"type":"log","length":2}` + "\n{}\n", 0, 0, 3, false},
		{"payload with its length", "{}\n" + `{"type":"event","length":28}` + "\n" + `{"level":"info","message":1}` + "\n" + event, 2, 0, 0, false},
		{"length beyond the end keeps what came before", "{}\n" + event + `{"type":"event","length":99999}` + "\n{}", 1, 0, 0, true},
		{"negative length", "{}\n" + `{"type":"event","length":-5}` + "\n{}", 0, 0, 0, true},
		{"length not a number", "{}\n" + `{"type":"event","length":"NaN"}` + "\n{}", 0, 0, 0, true},
		{"broken payload", "{}\n" + `{"type":"event"}` + "\n" + `{"level":` + "\n" + event, 1, 1, 0, false},
		{"same name twice", "{}\n" + `{"type":"event"}` + "\n" + `{"level":"info","level":"info"}` + "\n", 0, 1, 0, false},
		{"too deep in what is not read", "{}\n" + `{"type":"event"}` + "\n" + `{"extra":` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + "}\n", 1, 0, 0, false},
		{"no header", "x\n" + event, 0, 0, 0, true},
		{"nothing", "", 0, 0, 0, true},
		{"header alone", "{}", 0, 0, 0, false},
	} {
		c, err := decode(Sentry{}, tc.body)
		if len(c.beacons) != tc.beacons || c.rejected != tc.rejected || c.ignored != tc.ignored || (err != nil) != tc.broken {
			t.Errorf("%s: %d beacons, %d rejected, %d ignored, %v", tc.name, len(c.beacons), c.rejected, c.ignored, err)
		}
	}
}

func TestSentryKey(t *testing.T) {
	for _, tc := range []struct{ target, auth, body, want string }{
		{"/api/1/envelope/?sentry_version=7&sentry_key=pk_shop", "", "{}", "pk_shop"},
		{"/api/1/envelope/", "Sentry sentry_version=7, sentry_key=pk_shop, sentry_client=x", "{}", "pk_shop"},
		{"/tunnel", "", `{"dsn":"https://pk_shop@rum.example/1"}` + "\n{}", "pk_shop"},
		{"/tunnel", "", `{"dsn":"https://pk_shop:secret@rum.example/1"}`, "pk_shop"},
		{"/tunnel", "", `{"dsn":"nonsense"}`, ""},
		{"/tunnel", "", `{"dsn":7`, ""},
		{"/tunnel", "", strings.Repeat(" ", 3*maxKeyHead), ""},
	} {
		r, err := http.NewRequest(http.MethodPost, tc.target, strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Sentry-Auth", tc.auth)
		if got := sentryKey(r); got != tc.want {
			t.Errorf("%+v: %q", tc, got)
		}
		if rest, err := io.ReadAll(r.Body); err != nil || string(rest) != tc.body {
			t.Errorf("%+v: body is %d bytes afterwards, %v", tc, len(rest), err)
		}
	}
}

func FuzzSentry(f *testing.F) {
	for _, s := range seeds(f, "sentry") {
		f.Add(s)
	}
	f.Add(sentryHeader + `{"type":"attachment","length":3}` + "\n\x00\x01\x02\n" + `{"type":"event"}` + "\n{}")
	fuzzFormat(f, Sentry{})
}
