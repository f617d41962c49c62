package beacon

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Marker is something that people or pipelines did or noticed at one moment: a
// deploy, a flag flipped, a mitigation, a note. It travels as JSON on a site's
// annotations subject (see [AnnotationSubject]), so that any NATS client can
// put one onto the charts of everyone who watches.
type Marker struct {
	ID     string `json:"id,omitempty"`     // the same one twice is one marker
	At     int64  `json:"time"`             // Unix milliseconds; 0: when the server took it
	Kind   string `json:"kind,omitempty"`   // one of MarkerKinds; anything else reads as note
	Text   string `json:"text"`             // what happened, one line
	By     string `json:"by,omitempty"`     // who says so
	Filter string `json:"filter,omitempty"` // whom it concerns, in the filter grammar; "": everyone
}

// The kinds of markers. A release that is first seen is one that nobody sent:
// viewers find it themselves.
const (
	MarkerDeploy     = "deploy"
	MarkerFlag       = "flag"
	MarkerMitigation = "mitigation"
	MarkerNote       = "note"
	MarkerRelease    = "release"
)

// MarkerKinds are the kinds that can be sent, in the order in which they are offered.
var MarkerKinds = [...]string{MarkerDeploy, MarkerFlag, MarkerMitigation, MarkerNote}

// MaxMarker is the most that a marker may take on the wire, in bytes.
const MaxMarker = 4 << 10

// maxMarkerText and the like bound what is kept of a marker, in bytes.
const (
	maxMarkerText = 200
	maxMarkerName = 64
)

// Encode gives what travels over NATS. It refuses a marker without text.
func (m Marker) Encode() ([]byte, error) {
	m = m.trim()
	if m.Text == "" {
		return nil, fmt.Errorf("marker has no text: say what happened")
	}
	return json.Marshal(m)
}

// DecodeMarker reads a marker that anybody may have published. Strings are cut
// to what a chart can show; they are not yet fit for a terminal.
func DecodeMarker(data []byte) (Marker, error) {
	if len(data) > MaxMarker {
		return Marker{}, fmt.Errorf("marker has %d bytes, %d are the most", len(data), MaxMarker)
	}
	var m Marker
	if err := json.Unmarshal(data, &m); err != nil {
		return Marker{}, fmt.Errorf("marker: %w", err)
	}
	m = m.trim()
	if m.Text == "" {
		return Marker{}, fmt.Errorf("marker has no text")
	}
	if m.At < 0 || m.At > maxTime {
		return Marker{}, fmt.Errorf("marker's time %d is out of any calendar", m.At)
	}
	return m, nil
}

func (m Marker) trim() Marker {
	m.ID, m.By = cut(m.ID, maxMarkerName), cut(m.By, maxMarkerName)
	m.Text, m.Filter = cut(m.Text, maxMarkerText), cut(m.Filter, maxMarkerText)
	for _, k := range MarkerKinds {
		if m.Kind == k {
			return m
		}
	}
	m.Kind = MarkerNote
	return m
}

// cut shortens s to at most n bytes, at the beginning of a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
