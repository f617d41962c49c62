package filter

import (
	"fmt"
	"strconv"

	"github.com/rumtop/rumtop/internal/beacon"
)

// Match reports whether the expression holds for a beacon. A beacon has no
// fingerprints, so fingerprint=X never holds; see [Expr.MatchWith].
func (e Expr) Match(b *beacon.Beacon) bool { return e.MatchWith(b, nil) }

// MatchWith is Match for callers that can compute an error's fingerprint.
func (e Expr) MatchWith(b *beacon.Beacon, fingerprint func(*beacon.Error) string) bool {
	return e.Root == nil || holds(e.Root, b, fingerprint)
}

func holds(n Node, b *beacon.Beacon, fingerprint func(*beacon.Error) string) bool {
	switch n := n.(type) {
	case And:
		for _, c := range n {
			if !holds(c, b, fingerprint) {
				return false
			}
		}
		return true
	case Or:
		for _, c := range n {
			if holds(c, b, fingerprint) {
				return true
			}
		}
		return false
	case Not:
		return !holds(n.Node, b, fingerprint)
	case *Term:
		return n.match(b, fingerprint)
	}
	return false
}

func (t *Term) match(b *beacon.Beacon, fingerprint func(*beacon.Error) string) bool {
	switch t.Kind {
	case KindDim:
		d, _ := beacon.DimByName(t.Name)
		return t.MatchString(b.DimText(d))
	case KindTag:
		for _, tag := range b.Tags {
			if tag.Key == t.Name {
				return t.MatchString(tag.Value)
			}
		}
		return t.MatchString("")
	case KindMetric:
		for i := len(b.Metrics) - 1; i >= 0; i-- { // the last value counts
			if b.Metrics[i].Name == t.Name {
				return t.MatchNumber(b.Metrics[i].Value)
			}
		}
		return false
	case KindError:
		if t.Op == Has {
			return len(b.Errors) > 0
		}
		return t.MatchString(yesNo(len(b.Errors) > 0))
	case KindID:
		return t.MatchString(idText(t.Name, b))
	default: // parts of errors, requests and events, below
	}
	if t.Op >= Gt && t.Op <= Le { // status
		for _, r := range b.Requests {
			if t.MatchNumber(float64(r.Status)) {
				return true
			}
		}
		return false
	}
	return t.anyFinds(b, fingerprint) != t.Negative()
}

func (t *Term) anyFinds(b *beacon.Beacon, fingerprint func(*beacon.Error) string) bool {
	switch t.Kind {
	case KindRequest:
		for i := range b.Requests {
			if t.Finds(b.Requests[i].URL) {
				return true
			}
		}
	case KindStatus:
		for i := range b.Requests {
			if t.Finds(statusText(b.Requests[i].Status, t.Op)) {
				return true
			}
		}
	case KindEvent:
		for i := range b.Events {
			if t.Finds(b.Events[i].Name) {
				return true
			}
		}
	default:
		for i := range b.Errors {
			if t.Finds(t.errorText(&b.Errors[i], fingerprint)) {
				return true
			}
		}
	}
	return false
}

func (t *Term) errorText(e *beacon.Error, fingerprint func(*beacon.Error) string) string {
	switch t.Kind {
	case KindType:
		return e.Type
	case KindMessage:
		return e.Message
	case KindStack:
		return e.Stack
	case KindHandled:
		return yesNo(e.Handled)
	case KindFingerprint:
		if fingerprint == nil {
			return ""
		}
		return fingerprint(e)
	default:
		return ""
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// statusText is a status in comparisons. No connection is 0 for =, and no value
// for ?.
func statusText(status int, op Op) string {
	if status == 0 && op == Has {
		return ""
	}
	return strconv.Itoa(status)
}

func idText(name string, b *beacon.Beacon) string {
	id := b.View
	switch name {
	case "user":
		id = b.User
	case "session":
		id = b.Session
	}
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("%016x", uint64(id))
}
