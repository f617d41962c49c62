package collector

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/rumtop/rumtop/collector/wire"
)

// consent is what may be kept of a beacon.
type consent uint8

const (
	consentNone    consent = iota // nothing
	consentMinimal                // errors, without identifiers
	consentFull
)

// parseConsent reads the word of a page or a setting; ok is false if it is
// unknown. Without a word it returns fallback.
func parseConsent(s string, fallback consent) (consent, bool) {
	switch strings.ToLower(tidy(s)) {
	case "":
		return fallback, true
	case "full":
		return consentFull, true
	case "minimal":
		return consentMinimal, true
	case "none":
		return consentNone, true
	}
	return consentNone, false
}

func parseDefaultConsent(s string) (consent, error) {
	c, ok := parseConsent(s, consentFull)
	if !ok {
		return c, fmt.Errorf("default consent %q: unknown: use full, minimal or none", s)
	}
	return c, nil
}

// browserConsent is the most that the browser's settings permit: Global Privacy
// Control and Do Not Track mean minimal, whatever the page says.
func browserConsent(h http.Header) consent {
	if isSignalled(h["Sec-Gpc"]) || isSignalled(h["Dnt"]) {
		return consentMinimal
	}
	return consentFull
}

// isSignalled reports whether a header asks for privacy. Proxies merge, repeat and
// quote its values: one that is not clearly a "no" is enough.
func isSignalled(lines []string) bool {
	for _, line := range lines {
		for value := range strings.SplitSeq(line, ",") {
			value, _, _ = strings.Cut(value, ";") // parameters of structured fields
			switch strings.ToLower(strings.Trim(value, " \t\"'")) {
			case "", "0", "?0", "false", "no", "null", "unset", "unspecified", "undefined":
			default:
				return true
			}
		}
	}
	return false
}

// consentOf is what may be kept of a beacon: the least of what the page, the
// site's default and the browser permit.
func (c *Collector) consentOf(raw *wire.Beacon, s *sender) consent {
	page, known := parseConsent(raw.Consent, c.defaultConsent)
	if !known {
		c.refusedValues.increment(valueConsent)
	}
	return min(page, s.maxConsent)
}
