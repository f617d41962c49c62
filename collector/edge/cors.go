package edge

import (
	"net/http"
	"strings"
)

// The methods that browsers may use across origins, and for how many seconds
// they may remember that.
const (
	corsMethods = "GET, POST, OPTIONS"
	corsMaxAge  = "7200"
)

// Header values that are the same in every answer, and shared.
var (
	varyOrigin       = []string{"Origin"}
	allowCredentials = []string{"true"}
)

// CORS sets the headers that let pages of allowed origins send requests and read
// the answers.
type CORS struct {
	origins       *Origins
	allow, expose []string // of one element: a list of header names
}

// NewCORS lets pages send the request headers allow and read the response
// headers expose.
func NewCORS(origins *Origins, allow, expose []string) *CORS {
	return &CORS{origins, []string{strings.Join(allow, ", ")}, []string{strings.Join(expose, ", ")}}
}

// SetHeaders lets an allowed origin read the answer, and returns false for any
// other. Credentials are not for every origin, see sharesCredentials.
func (c *CORS) SetHeaders(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h["Vary"] = varyOrigin
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if !c.origins.allows(origin, r.Host) {
		return false
	}
	// Canonical names and shared values: every request comes through here.
	h["Access-Control-Allow-Origin"] = r.Header["Origin"][:1:1]
	if c.origins.sharesCredentials(origin) {
		h["Access-Control-Allow-Credentials"] = allowCredentials
	}
	h["Access-Control-Expose-Headers"] = c.expose
	return true
}

// WritePreflight answers the preflight request of a browser whose origin
// SetHeaders allowed.
func (c *CORS) WritePreflight(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h["Access-Control-Allow-Headers"] = c.allow
	h.Set("Access-Control-Max-Age", corsMaxAge)
	w.WriteHeader(http.StatusNoContent)
}
