package beacon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// PresenceRoot begins the subjects on which those who watch say so. They lie beside
// [SubjectRoot]: the stream takes what is under that, and nobody is to keep who
// looked at what.
const PresenceRoot = "rumtop.v1."

// PresenceSubject is where those who watch a site say so.
func PresenceSubject(site string) string { return PresenceRoot + site + ".viewers" }

// Presence is what someone who watches a site looks at. It travels as JSON.
type Presence struct {
	ID     string `json:"id"`             // of the session, random
	Name   string `json:"name"`           // of the person, as it is called there
	Filter string `json:"filter"`         // in the filter grammar
	By     string `json:"by"`             // dimension or tag
	Window int64  `json:"window"`         // milliseconds
	At     int64  `json:"at,omitempty"`   // right edge of the window, Unix milliseconds; 0: now
	Gone   bool   `json:"gone,omitempty"` // not any more
}

// MaxPresence is the most that a presence may take on the wire, in bytes.
const MaxPresence = 2 << 10

const (
	maxPresenceName   = 40
	maxPresenceFilter = 1000 // bytes; a longer one is not told, since a part of it asks something else
	maxPresenceWindow = 24 * 3600 * 1000
)

// Encode gives what travels over NATS.
func (p Presence) Encode() ([]byte, error) {
	p.Name = cut(p.Name, maxPresenceName)
	if err := p.check(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(p)
	if err == nil && len(data) > MaxPresence {
		err = fmt.Errorf("presence has %d bytes, %d are the most", len(data), MaxPresence)
	}
	return data, err
}

// DecodePresence reads what anybody may have published, strictly. Strings are not
// yet fit for a terminal, and the filter may be none.
func DecodePresence(data []byte) (Presence, error) {
	if len(data) > MaxPresence {
		return Presence{}, fmt.Errorf("presence has %d bytes, %d are the most", len(data), MaxPresence)
	}
	var p Presence
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Presence{}, fmt.Errorf("presence: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Presence{}, fmt.Errorf("presence is followed by something")
	}
	return p, p.check()
}

func (p *Presence) check() error {
	switch {
	case len(p.ID) < 8 || len(p.ID) > maxMarkerName:
		return fmt.Errorf("presence has no id of 8 to %d bytes", maxMarkerName)
	case len(p.Name) > maxPresenceName, len(p.By) > maxPresenceName, len(p.Filter) > maxPresenceFilter:
		return fmt.Errorf("presence names too much")
	case p.Window < 0 || p.Window > maxPresenceWindow || p.At < 0 || p.At > maxTime:
		return fmt.Errorf("presence's times are out of any calendar")
	}
	return nil
}
