package wire

import (
	"reflect"
	"strings"
	"testing"
)

func TestAWSRUM(t *testing.T) {
	c, err := decode(AWSRUM{}, `{"BatchId":"b1","AppMonitorDetails":{"id":"a","version":"2.4.0"},"UserDetails":{"userId":"jane","sessionId":"s1"},
	 "SessionMetadata":"{\"browserName\":\"Chrome\",\"domain\":\"shop.example\",\"aws:releaseId\":\"2.4.1\",\"tier\":\"paid\",\"aws:client\":\"x\"}",
	 "RumEvents":[
	  {"id":"1","timestamp":1,"type":"com.amazon.rum.session_start_event","metadata":"{}","details":"{}"},
	  {"id":"2","timestamp":1,"type":"com.amazon.rum.page_view_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"pageId\":\"/a\"}"},
	  {"type":"com.amazon.rum.time_to_first_byte_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"value\":14.4}"},
	  {"type":"com.amazon.rum.largest_contentful_paint_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"value\":300,\"attribution\":{\"element\":\"h1\"}}"},
	  {"type":"com.amazon.rum.cumulative_layout_shift_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"value\":0.25}"},
	  {"type":"com.amazon.rum.interaction_to_next_paint_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"value\":312}"},
	  {"type":"com.amazon.rum.js_error_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"type\":\"TypeError\",\"message\":\"x\",\"filename\":\"f.js\",\"lineno\":1,\"colno\":2,\"stack\":\"at f\"}"},
	  {"type":"com.amazon.rum.js_error_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"type\":\"undefined\",\"message\":\"Script error.\",\"filename\":\"f.js\",\"lineno\":1,\"colno\":2}"},
	  {"type":"com.amazon.rum.xray_trace_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"trace_id\":\"1-6b012684-a9bf5bc9cf35f09855321b7b\",\"subsegments\":[{\"start_time\":1795237508.881,\"end_time\":1795237508.891,\"http\":{\"request\":{\"method\":\"POST\",\"url\":\"/status/500\"},\"response\":{\"status\":500}}}]}"},
	  {"type":"com.amazon.rum.http_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"trace_id\":\"1-6b012684-a9bf5bc9cf35f09855321b7b\",\"request\":{\"url\":\"/status/500\",\"method\":\"POST\"},\"response\":{\"status\":500}}"},
	  {"type":"com.amazon.rum.http_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"request\":{\"url\":\"https://dead/\",\"method\":\"GET\"},\"error\":{\"type\":\"TypeError\"}}"},
	  {"type":"checkout_completed","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"value\":12.5}"},
	  {"type":"com.amazon.rum.page_view_event","metadata":"{\"pageId\":\"/b\",\"interaction\":1,\"parentPageId\":\"/a\",\"flag\":\"on\"}","details":"{}"},
	  {"type":"com.amazon.rum.js_error_event","metadata":"{","details":"{}"},
	  {"type":"com.amazon.rum.js_error_event","metadata":"{}","details":"nonsense"},
	  7]}`)
	if err != nil {
		t.Fatal(err)
	}
	if c.ignored != 1 || c.rejected != 2 || len(c.beacons) != 3 {
		t.Fatalf("%d ignored, %d rejected, %d beacons: %+v", c.ignored, c.rejected, len(c.beacons), c.beacons)
	}
	want := []Beacon{{
		ID: "aws/b1/0", Release: "2.4.1", URL: "/a", View: "s1 /a 0", Session: "s1", User: "jane", Navigation: true,
		Tags:     []Tag{{"tier", "paid"}},
		Metrics:  []Metric{{Name: "ttfb", Value: 14.4}, {Name: "lcp", Value: 300}, {Name: "cls", Value: .25, Max: true}, {Name: "inp", Value: 312, Max: true}},
		Errors:   []Error{{Type: "TypeError", Message: "x", Stack: "at f"}, {Message: "Script error.", Stack: "    at f.js:1:2"}},
		Requests: []Fetch{{URL: "/status/500", Method: "POST", Status: 500, Duration: 10, Trace: "6b012684a9bf5bc9cf35f09855321b7b"}, {URL: "https://dead/", Method: "GET"}},
		Events:   []Event{{"checkout_completed", 12.5}},
	}, {
		ID: "aws/b1/1", Release: "2.4.1", URL: "/b", View: "s1 /b 1", Session: "s1", User: "jane", Navigation: true, Tags: []Tag{{"flag", "on"}, {"tier", "paid"}},
	}}
	if got := c.beacons[:2]; !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

// A restored page is a view of its own without loading vitals.
func TestAWSRUMRestore(t *testing.T) {
	c, _ := decode(AWSRUM{}, `{"BatchId":"b2","AppMonitorDetails":{"version":"2.4.0"},"UserDetails":{"userId":"00000000-0000-0000-0000-000000000000","sessionId":"s1"},"RumEvents":[
	  {"type":"com.amazon.rum.time_to_first_byte_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":"{\"value\":0}"},
	  {"type":"com.amazon.rum.largest_contentful_paint_event","metadata":"{\"pageId\":\"/a\",\"interaction\":0}","details":{"value":116.7}}]}`)
	if len(c.beacons) != 1 {
		t.Fatalf("%+v", c)
	}
	b := c.beacons[0]
	if !b.Navigation || b.View != "s1 /a 0 b2" || b.User != "" || b.Release != "2.4.0" || len(b.Metrics) != 2 || !b.Metrics[0].Restored || !b.Metrics[1].Restored {
		t.Errorf("%+v", b)
	}
}

func TestAWSRUMRejects(t *testing.T) {
	deep := strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40)
	for body, want := range map[string]collected{
		`{}`:                 {rejected: 1},
		`7`:                  {rejected: 1},
		`{"RumEvents":7}`:    {rejected: 1},
		`{"RumEvents":[]}`:   {rejected: 1},
		`{"RumEvents":[{}]}`: {rejected: 1},
		`{"RumEvents":[{"type":"com.amazon.rum.js_error_event","details":"` + deep + `"}]}`: {rejected: 1},
		`{"RumEvents":[{"type":"com.amazon.rum.dom_event","details":"x"}]}`:                 {ignored: 1},
	} {
		c, err := decode(AWSRUM{}, body)
		if err != nil || !reflect.DeepEqual(*c, want) {
			t.Errorf("%.60s: %+v, %v", body, c, err)
		}
	}
	pages := make([]string, 2*maxAWSPages)
	for i := range pages {
		pages[i] = `{"type":"paid","metadata":"{\"pageId\":\"/` + strings.Repeat("x", i+1) + `\"}","details":"{}"}`
	}
	c, _ := decode(AWSRUM{}, `{"RumEvents":[`+strings.Join(pages, ",")+`]}`)
	if len(c.beacons) != maxAWSPages || c.rejected != maxAWSPages {
		t.Errorf("%d beacons, %d rejected", len(c.beacons), c.rejected)
	}
}

func FuzzAWSRUM(f *testing.F) {
	for _, s := range seeds(f, "aws-rum") {
		f.Add(s)
	}
	fuzzFormat(f, AWSRUM{})
}
