package wire

import (
	"reflect"
	"testing"
)

func TestElastic(t *testing.T) {
	c, err := decode(Elastic{}, `{"metadata":{"service":{"version":"1","environment":"e"},"labels":{"tier":"paid"}}}
{"error":{"exception":{"message":"Uncaught x","type":"TypeError","stacktrace":[{"filename":"a.js","function":"f","lineno":1,"colno":2}]},"context":{"user":{"email":"m"},"page":{"url":"/a"},"tags":{"n":1}}}}
{"transaction":{"id":"t","type":"page-load","sample_rate":0.5,"session":{"id":"s"},"marks":{"agent":{"largestContentfulPaint":9}},"experience":{"cls":0.1},"trace_id":"tr"}}
{"span":{"transaction_id":"t","type":"external","duration":3,"context":{"http":{"url":"u","method":"GET"}},"outcome":"success","trace_id":"tr"}}
{"span":{"transaction_id":"t","type":"external","context":{"http":{"url":"u"}},"outcome":"unknown"}}
{"span":{"transaction_id":"other","type":"external","context":{"http":{"url":"u"}}}}
{"metricset":{}}
{"transaction":{"type":"page-load","sampled":false,"sample_rate":0}}
{"transaction":{"type":"page-exit","context":{"tags":{"inp_value":0}}}}
{"transaction":{"type":"route-change","context":{"page":{"url":"/b"}}}}
{"transaction":7}`)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.beacons) != 3 || c.rejected != 1 || c.ignored != 5 {
		t.Fatalf("%+v", c)
	}
	tags, join := []Tag{{"tier", "paid"}}, ViewHints{Infer: true}
	for i, want := range []Beacon{
		{ID: "elastic/attempt/0", Release: "1", Environment: "e", URL: "/a", User: "m", Tags: append(tags, Tag{"n", "1"}), ViewHints: join,
			Errors: []Error{{Type: "TypeError", Message: "Uncaught x", Stack: "    at f (a.js:1:2)"}}},
		{ID: "elastic/attempt/1", Release: "1", Environment: "e", Session: "s", Tags: tags, SampleRate: .5, Trace: "tr", Navigation: true,
			ViewHints: ViewHints{Infer: true, NavigationID: "t"}, Metrics: []Metric{{Name: "lcp", Value: 9}, {Name: "cls", Value: .1}},
			Requests: []Fetch{{URL: "u", Method: "GET", Duration: 3, Trace: "tr"}}},
		{ID: "elastic/attempt/2", Release: "1", Environment: "e", URL: "/b", Tags: tags, Navigation: true, ViewHints: ViewHints{Infer: true, Route: true}},
	} {
		if !reflect.DeepEqual(c.beacons[i], want) {
			t.Errorf("\n got %+v\nwant %+v", c.beacons[i], want)
		}
	}
}

func FuzzElastic(f *testing.F) {
	for _, s := range seeds(f, "elastic") {
		f.Add(s)
	}
	fuzzFormat(f, Elastic{})
}
