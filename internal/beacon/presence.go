package beacon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// PresenceRoot is the prefix of the subjects on which viewers announce
// themselves. It is not under [SubjectRoot], whose subjects the stream stores:
// what a user looked at must not be stored.
const PresenceRoot = "rumtop.v1."

// PresenceSubject is the subject on which viewers of a site announce themselves.
func PresenceSubject(site string) string { return PresenceRoot + site + ".viewers" }

// Presence is what a viewer of a site shows. It is published as JSON.
type Presence struct {
	ID     string `json:"id"`             // of the session, random
	Name   string `json:"name"`           // of the viewer's user
	Filter string `json:"filter"`         // in the filter grammar
	By     string `json:"by"`             // dimension or tag
	Window int64  `json:"window"`         // milliseconds
	At     int64  `json:"at,omitempty"`   // right edge of the window, Unix milliseconds; 0: now
	Gone   bool   `json:"gone,omitempty"` // the viewer has ended

	Traffic string `json:"traffic,omitempty"` // whose page views count; "": people
}

// MaxPresence is the largest presence on the wire, in bytes.
const MaxPresence = 2 << 10

const (
	maxPresenceName   = 40
	maxPresenceFilter = 1000 // bytes; a longer one is not published, since a part of it is another filter
	maxPresenceWindow = 24 * 3600 * 1000
)

// Encode returns the presence as it is published.
func (p Presence) Encode() ([]byte, error) {
	p.Name = truncate(p.Name, maxPresenceName)
	if err := p.check(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(p)
	if err == nil && len(data) > MaxPresence {
		err = fmt.Errorf("presence of %d bytes is over the limit of %d", len(data), MaxPresence)
	}
	return data, err
}

// DecodePresence reads a presence from any publisher, strictly. Its strings are
// not safe for a terminal, and its filter may be invalid.
func DecodePresence(data []byte) (Presence, error) {
	if len(data) > MaxPresence {
		return Presence{}, fmt.Errorf("presence of %d bytes is over the limit of %d", len(data), MaxPresence)
	}
	var p Presence
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return Presence{}, fmt.Errorf("presence: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return Presence{}, fmt.Errorf("presence: data after the object")
	}
	return p, p.check()
}

func (p *Presence) check() error {
	switch {
	case len(p.ID) < 8 || len(p.ID) > maxMarkerName:
		return fmt.Errorf("presence: the id must have 8 to %d bytes", maxMarkerName)
	case len(p.Name) > maxPresenceName, len(p.By) > maxPresenceName, len(p.Filter) > maxPresenceFilter:
		return fmt.Errorf("presence: name, dimension or filter is too long")
	case p.Window < 0 || p.Window > maxPresenceWindow || p.At < 0 || p.At > maxTime:
		return fmt.Errorf("presence: window or time is out of range")
	}
	return nil
}
