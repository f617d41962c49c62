package beacon

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Marker is a note on a moment: a deploy, a flag flip, a mitigation. It is
// published as JSON on a site's [AnnotationSubject], so that any NATS client can
// add one to the charts of all viewers.
type Marker struct {
	ID     string `json:"id,omitempty"`     // duplicates are one marker
	At     int64  `json:"time"`             // Unix milliseconds; 0: when the server stored it
	Kind   string `json:"kind,omitempty"`   // one of MarkerKinds; anything else is a note
	Text   string `json:"text"`             // what happened, one line
	By     string `json:"by,omitempty"`     // author
	Filter string `json:"filter,omitempty"` // affected page views, in the filter grammar; "": all
}

// The kinds of markers. Viewers create release markers themselves, when a
// release first appears.
const (
	MarkerDeploy     = "deploy"
	MarkerFlag       = "flag"
	MarkerMitigation = "mitigation"
	MarkerNote       = "note"
	MarkerRelease    = "release"
)

// MarkerKinds are the kinds that can be published, in the order of menus.
var MarkerKinds = [...]string{MarkerDeploy, MarkerFlag, MarkerMitigation, MarkerNote}

// MaxMarker is the largest marker on the wire, in bytes.
const MaxMarker = 4 << 10

// Longer strings are truncated, in bytes.
const (
	maxMarkerText = 200
	maxMarkerName = 64
)

// Encode returns the marker as it is published. A marker needs a text.
func (m Marker) Encode() ([]byte, error) {
	m = m.trim()
	if m.Text == "" {
		return nil, fmt.Errorf("marker without text: say what happened")
	}
	return json.Marshal(m)
}

// DecodeMarker reads a marker from any publisher. It truncates strings to what a
// chart can show, but does not make them safe for a terminal.
func DecodeMarker(data []byte) (Marker, error) {
	if len(data) > MaxMarker {
		return Marker{}, fmt.Errorf("marker of %d bytes is over the limit of %d", len(data), MaxMarker)
	}
	var m Marker
	if err := json.Unmarshal(data, &m); err != nil {
		return Marker{}, fmt.Errorf("marker: %w", err)
	}
	m = m.trim()
	if m.Text == "" {
		return Marker{}, fmt.Errorf("marker without text")
	}
	if m.At < 0 || m.At > maxTime {
		return Marker{}, fmt.Errorf("marker's time %d is out of range", m.At)
	}
	return m, nil
}

func (m Marker) trim() Marker {
	m.ID, m.By = truncate(m.ID, maxMarkerName), truncate(m.By, maxMarkerName)
	m.Text, m.Filter = truncate(m.Text, maxMarkerText), truncate(m.Filter, maxMarkerText)
	for _, k := range MarkerKinds {
		if m.Kind == k {
			return m
		}
	}
	m.Kind = MarkerNote
	return m
}

// truncate shortens s to at most n bytes, at the start of a character.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
