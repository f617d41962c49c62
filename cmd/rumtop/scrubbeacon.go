package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/collector/scrub"
	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/measure"
	"github.com/rumtop/rumtop/internal/plain"
)

// beaconFields are the fields of a beacon that the collector reads.
var beaconFields = []string{
	"id", "time", "release", "environment", "url", "route", "view", "session", "user", "navigation", "sample_rate",
	"sampled", "consent", "device", "connection", "sdk", "traffic", "trace", "tags", "metrics", "errors", "requests", "events",
}

// hasBeacons reports whether a text is JSON with fields of a beacon: an object,
// an array of objects, or an object per line.
func hasBeacons(text []byte) bool {
	var one json.RawMessage
	if json.NewDecoder(bytes.NewReader(text)).Decode(&one) != nil {
		return false
	}
	var all []map[string]json.RawMessage
	if json.Unmarshal(one, &all) != nil {
		var object map[string]json.RawMessage
		if json.Unmarshal(one, &object) != nil {
			return false
		}
		all = append(all, object)
	}
	for _, b := range all {
		for _, needed := range [...]string{"navigation", "metrics", "errors", "requests", "events"} {
			if b[needed] != nil {
				return true
			}
		}
	}
	return false
}

// beaconReport writes what the collector keeps of beacons, a line per field. It is
// the sink of a decoder.
type beaconReport struct {
	scrub    *scrub.Scrubber
	rows     table
	total    map[string]int
	beacons  int
	rejected int
}

// scrubBeacons explains beacons as POST /v1/beacons accepts them.
func scrubBeacons(text []byte, out, report io.Writer, s *scrub.Scrubber) error {
	r := &beaconReport{scrub: s, total: map[string]int{}, rows: table{columns: "lll"}}
	err := wire.Native{}.Decode(&wire.Request{Body: text, Limits: wire.Limits{Depth: 16}}, r)
	if err := r.rows.write(out); err != nil {
		return err
	}
	if err != nil {
		return fmt.Errorf("read beacons: %w: use JSON as sent to /v1/beacons", err)
	}
	if r.beacons == 0 {
		return errors.New("no beacon: include navigation, metrics, errors, requests or events")
	}
	var notes strings.Builder
	if unknown := unknownFields(text); len(unknown) > 0 {
		fmt.Fprintf(&notes, "not in the schema, dropped: %s\n", strings.Join(unknown, ", "))
	}
	if r.rejected > 0 {
		fmt.Fprintf(&notes, "refused: %s\n", measure.Quantity(float64(r.rejected), "invalid beacon", "invalid beacons"))
	}
	_, err = fmt.Fprintf(report, "%sremoved: %s\n", notes.String(), kindsLine(r.total))
	return err
}

// Accept implements [wire.Sink].
func (r *beaconReport) Accept(b *wire.Beacon) bool {
	if r.beacons++; r.beacons > 1 {
		r.rows.add()
	}
	r.rows.add("FIELD", "KEPT", "WHY")
	if strings.EqualFold(b.Consent, "none") {
		r.writeRow("consent", "", "consent is none: the collector keeps nothing")
		return true
	}
	minimal := strings.EqualFold(b.Consent, "minimal")
	if minimal {
		r.writeRow("consent", "", "consent is minimal: errors only, no identifiers")
	}
	for _, id := range [...]struct{ name, value string }{{"id", b.ID}, {"view", b.View}, {"session", b.Session}, {"user", b.User}} {
		switch {
		case id.value == "":
		case minimal && id.name != "id":
			r.writeRow(id.name, "", "consent")
		case wire.Identifier(id.value) == "":
			r.writeRow(id.name, "", "names nothing: treated as not sent")
		default:
			r.writeRow(id.name, "(hash)", "keyed hash of the day and site; the original is dropped")
		}
	}
	r.explain("release", "message", b.Release)
	r.explain("environment", "message", b.Environment)
	r.explainPage("url", b.URL, b.Route != "")
	r.explainPage("route", b.Route, false)
	r.explainWord("device", b.Device, "mobile, tablet, desktop or other; else taken from the user agent", "mobile", "tablet", "desktop", "other")
	r.explainWord("connection", b.Connection, "only values that browsers report are kept", "4g", "3g", "2g", "slow-2g", "5g", "wifi", "ethernet", "cellular", "none")
	if n := len(b.Trace); n > 0 && !minimal {
		trace := ""
		if (n == 16 || n == 32) && strings.Trim(strings.ToLower(b.Trace), "0123456789abcdef") == "" {
			trace = strings.ToLower(b.Trace)
		}
		r.writeRow("trace", trace, "a trace id has 16 or 32 hexadecimal digits")
	}
	for _, t := range b.Tags {
		key, value, ok := r.scrub.Tag(t.Key, t.Value)
		why := r.removedFrom("tag", t.Value)
		switch {
		case !ok:
			key, value, why = t.Key, "", "dropped: no usable name or value left"
			if k, err := r.scrub.Explain("message", key); err == nil {
				key = k.Text
			}
		case why == "" && value != t.Value:
			why = "its name suggests a secret or a person, or it is too long"
		}
		r.writeRow("tags."+key, value, why)
	}
	for _, e := range b.Errors {
		r.explain("errors.type", "message", e.Type)
		r.explain("errors.message", "message", e.Message)
		r.explain("errors.stack", "stack", e.Stack)
	}
	if minimal {
		r.dropFields("navigation, metrics, requests, events", len(b.Metrics)+len(b.Requests)+len(b.Events))
		return true
	}
	for _, m := range b.Metrics {
		k, err := r.scrub.Explain("message", m.Name)
		if err == nil {
			r.writeRow("metrics."+k.Text, fmt.Sprint(m.Value), r.countRemoved(k.Redactions))
		}
	}
	for _, q := range b.Requests {
		r.explain("requests.url", "url", q.URL)
	}
	for _, e := range b.Events {
		r.explain("events.name", "message", e.Name)
	}
	return true
}

// Reject implements [wire.Sink].
func (r *beaconReport) Reject() { r.rejected++ }

// Ignore implements [wire.Sink].
func (r *beaconReport) Ignore() { r.rejected++ }

// Duplicates implements [wire.Sink].
func (r *beaconReport) Duplicates(reports []wire.Told) []bool { return make([]bool, len(reports)) }

func (r *beaconReport) dropFields(fields string, n int) {
	if n > 0 {
		r.writeRow(fields, "", "consent")
	}
}

// explainWord explains a field that may only hold one of some words.
func (r *beaconReport) explainWord(field, value, why string, words ...string) {
	if value == "" {
		return
	}
	value = strings.ToLower(value)
	if !slices.Contains(words, value) {
		value = ""
	}
	r.writeRow(field, value, why)
}

func (r *beaconReport) explain(field, kind, value string) {
	if value == "" {
		return
	}
	if k, err := r.scrub.Explain(kind, value); err == nil {
		r.writeRow(field, k.Text, r.countRemoved(k.Redactions))
	}
}

// explainPage explains the address of a page: only its path is kept.
func (r *beaconReport) explainPage(field, value string, named bool) {
	value = wire.PageURL(value)
	switch {
	case value == "":
	case named:
		r.writeRow(field, "", "the route names the page")
	default:
		r.writeRow(field, r.scrub.Page(value), strings.TrimSuffix("path only, as a template: "+r.removedFrom("url", value), ": "))
	}
}

func (r *beaconReport) removedFrom(kind, value string) string {
	k, err := r.scrub.Explain(kind, value)
	if err != nil {
		return ""
	}
	return r.countRemoved(k.Redactions)
}

// countRemoved adds to the totals and describes what was removed.
func (r *beaconReport) countRemoved(redactions map[string]int) string {
	if len(redactions) == 0 {
		return ""
	}
	for kind, n := range redactions {
		r.total[kind] += n
	}
	return "removed " + kindsLine(redactions)
}

func (r *beaconReport) writeRow(field, kept, why string) {
	if kept == "" {
		kept = "(dropped)"
	}
	for i, line := range strings.Split(kept, "\n") {
		if i > 0 {
			field, why = "", ""
		}
		r.rows.add(plain.Line(field, 60), plain.Line(line, 120), why)
	}
}

// unknownFields returns the names that are not in the schema, sorted, without
// duplicates.
func unknownFields(text []byte) []string {
	names := map[string]bool{}
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return slices.Sorted(maps.Keys(names))
		}
		var all []map[string]json.RawMessage
		if json.Unmarshal(value, &all) != nil {
			all = make([]map[string]json.RawMessage, 1)
			if json.Unmarshal(value, &all[0]) != nil {
				continue
			}
		}
		for _, b := range all {
			for name := range b {
				if !slices.Contains(beaconFields, name) {
					names[plain.Line(name, 60)] = true
				}
			}
		}
	}
}

// kindsLine counts each kind: "2 email, 1 ip", or "nothing".
func kindsLine(total map[string]int) string {
	if len(total) == 0 {
		return "nothing"
	}
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(total)) {
		kinds = append(kinds, fmt.Sprintf("%d %s", total[kind], kind))
	}
	return strings.Join(kinds, ", ")
}
