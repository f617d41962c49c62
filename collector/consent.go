package collector

import (
	"fmt"
	"net/http"
	"strings"
)

// consent is what may be kept of a beacon.
type consent uint8

const (
	consentNone    consent = iota // nothing
	consentMinimal                // errors, without identifiers
	consentFull
)

// parseConsent reads the word that a page or a setting uses; ok is false for
// anything else. Nothing at all means fallback.
func parseConsent(s string, fallback consent) (consent, bool) {
	switch strings.ToLower(s) {
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

func defaultConsent(s string) (consent, error) {
	c, ok := parseConsent(s, consentFull)
	if !ok {
		return c, fmt.Errorf("default consent %q: use full, minimal or none", s)
	}
	return c, nil
}

// consentCap is the most that the browser itself asks for: Global Privacy
// Control and Do Not Track mean minimal, whatever the page says.
func consentCap(h http.Header) consent {
	if h.Get("Sec-Gpc") == "1" || h.Get("Dnt") == "1" {
		return consentMinimal
	}
	return consentFull
}
