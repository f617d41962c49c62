package wire

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// collected is a Sink that keeps copies of beacons.
type collected struct {
	beacons           []Beacon
	rejected, ignored int
	most              int // 0: no limit
}

func (c *collected) Accept(b *Beacon) bool {
	if c.most > 0 && len(c.beacons) == c.most {
		c.rejected++
		return false
	}
	k := *b
	k.Tags = append([]Tag(nil), b.Tags...)
	k.Metrics = append([]Metric(nil), b.Metrics...)
	k.Errors = append([]Error(nil), b.Errors...)
	k.Requests = append([]Fetch(nil), b.Requests...)
	k.Events = append([]Event(nil), b.Events...)
	c.beacons = append(c.beacons, k)
	return true
}

func (c *collected) Reject() { c.rejected++ }
func (c *collected) Ignore() { c.ignored++ }

func (c *collected) Duplicates(reports []Told) []bool { return make([]bool, len(reports)) }

func decode(f Format, body string) (*collected, error) {
	c := new(collected)
	err := f.Decode(&Request{Body: []byte(body), Header: http.Header{}, ResendID: "attempt", Limits: Limits{Depth: 16}}, c)
	return c, err
}

// limitItems has, for each format, one item that decodes to one beacon; %d makes
// beacons differ that would be merged. "" means that the format has its own test.
var limitItems = map[Format]string{
	Native{}:    `{"navigation":true}`,
	Faro{}:      `{"events":[{"name":"e"}]}`,
	WebVitals{}: `{"name":"LCP","value":1,"view":"%d"}`,
	Reporting{}: `{"type":"crash","url":"https://shop/%d","body":{}}`,
	AWSRUM{}:    `{"RumEvents":[{"type":"paid","details":"{}"}]}`,
	Elastic{}:   `{"transaction":{"type":"custom","name":"e"}}`,
	Datadog{}:   `{"type":"action","action":{"type":"custom","target":{"name":"e"}}}`,
	Sentry{}:    "", // an envelope is not an array
	OTLP{}:      "", // TestOTLPLimitRejects
	Boomerang{}: "", // a request is one beacon
}

func TestFormatsLimitRejects(t *testing.T) {
	for _, f := range Formats() {
		item, ok := limitItems[f]
		if !ok {
			t.Errorf("%s has no row in limitItems", f.Spec().SDK)
		}
		if item == "" {
			continue
		}
		c := &collected{most: 2}
		var items []string
		for i := range 5 {
			if strings.Contains(item, "%d") {
				items = append(items, fmt.Sprintf(item, i))
			} else {
				items = append(items, item)
			}
		}
		body := []byte("[" + strings.Join(items, ",") + "]")
		if err := f.Decode(&Request{Body: body, Limits: Limits{Depth: 16}}, c); err != nil {
			t.Fatal(err)
		}
		if len(c.beacons) != 2 || c.rejected != 3 {
			t.Errorf("%s: %d accepted, %d rejected", f.Spec().SDK, len(c.beacons), c.rejected)
		}
	}
}

// fuzzFormat checks what holds for every body: decoding ends, beacons stay within
// their limits, and do not change when the body's buffer is reused.
func fuzzFormat(f *testing.F, format Format) {
	f.Fuzz(func(t *testing.T, body string) {
		c := &collected{most: 50}
		buf := []byte(body)
		err := format.Decode(&Request{Body: buf, Header: http.Header{}, ResendID: "a", Limits: Limits{Depth: 16}}, c)
		before := fmt.Sprintf("%+v", c.beacons)
		for i := range buf {
			buf[i] = 'X'
		}
		if after := fmt.Sprintf("%+v", c.beacons); after != before {
			t.Errorf("beacons share memory with the body")
		}
		for _, b := range c.beacons {
			if len(b.Metrics) > maxMetrics || len(b.Errors) > maxErrors || len(b.Requests) > maxFetches || len(b.Events) > maxEvents || len(b.Tags) > maxTags {
				t.Errorf("beacon over its limits: %+v", b)
			}
		}
		if len(c.beacons) > 50 {
			t.Errorf("%d beacons", len(c.beacons))
		}
		if again, errAgain := decode(format, body); err == nil && c.rejected == 0 && (errAgain != nil || len(again.beacons) != len(c.beacons)) {
			t.Errorf("decoded twice: %d and %d beacons", len(c.beacons), len(again.beacons))
		}
	})
}
