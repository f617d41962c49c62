package collector

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/rumtop/rumtop/collector/edge"
)

// A denied request is answered in the form that its SDK reads.
func TestDenialInSDKForm(t *testing.T) {
	h := newHarness(t, func(c *Config) {
		c.SiteRateLimit = 1
		c.Now = func() time.Time { return time.Unix(1763647652, 0) }
	})
	for h.post(view).status != http.StatusTooManyRequests { // until the site is over its rate
	}
	a := h.do("POST", "/api/1/envelope/?sentry_key="+testKey, "{}")
	if a.status != http.StatusTooManyRequests || a.header.Get("X-Sentry-Rate-Limits") != a.header.Get("Retry-After")+"::organization" || a.header.Get("Retry-After") == "" {
		t.Errorf("Sentry: %d %v", a.status, a.header)
	}
	for _, tc := range []struct {
		media, path string
		status      int
		code        uint64
	}{
		{"application/json", "/v1/logs?key=" + testKey, http.StatusTooManyRequests, 8},
		{"application/x-protobuf", "/v1/traces?key=" + testKey, http.StatusTooManyRequests, 8},
		{"application/json; charset=utf-8", "/v1/traces?key=wrong", http.StatusUnauthorized, 16},
		{"application/x-protobuf", "/v1/logs", http.StatusUnauthorized, 16},
	} {
		a := h.do("POST", tc.path, "{}", "Content-Type", tc.media)
		code, message, err := readStatus(a.body, tc.media == "application/x-protobuf")
		if err != nil || a.status != tc.status || code != tc.code || message == "" || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s as %s: %d %q, %v", tc.path, tc.media, a.status, a.body, err)
		}
	}
}

// The answer to an unknown content type lists those that the path accepts.
func TestDenialUnknownTypeListsTypes(t *testing.T) {
	h := newHarness(t, nil)
	for path, want := range map[string]string{
		"/v1/beacons": "unknown content type: use application/json, text/plain, application/x-ndjson, application/ndjson\n",
		"/boomerang":  "unknown content type: use application/x-www-form-urlencoded, text/plain\n",
	} {
		a := h.do("POST", path+"?key="+testKey, "{}", "Content-Type", "application/xml")
		if a.status != http.StatusUnsupportedMediaType || a.body != want {
			t.Errorf("%s: %d %q", path, a.status, a.body)
		}
	}
}

// Exporters send empty requests too; the specification wants success.
func TestEmptyOTLPAccepted(t *testing.T) {
	h := newHarness(t, nil)
	for _, tc := range [][3]string{
		{"/v1/logs", "application/json", `{"resourceLogs":[]}`}, {"/v1/traces", "application/json", "{}"},
		{"/v1/logs", "application/x-protobuf", ""}, {"/v1/traces", "application/x-protobuf", ""},
	} {
		if a := h.do("POST", tc[0]+"?key="+testKey, tc[2], "Content-Type", tc[1]); a.status != http.StatusOK {
			t.Errorf("%s as %s: %d %q", tc[0], tc[1], a.status, a.body)
		}
	}
}

func TestDenialOfUnreadableBody(t *testing.T) {
	for err, want := range map[error]denial{
		edge.ErrTooLarge: deniedTooLarge, edge.ErrEncoding: deniedEncoding, edge.ErrBusy: deniedBusy,
		edge.ErrDecompress: deniedUndecodable, edge.ErrIncomplete: deniedIncomplete,
	} {
		if got := bodyDenial(err); got != want {
			t.Errorf("%v: %s, want %s", err, denials[got].reason, denials[want].reason)
		}
	}
	if d := denials[deniedBusy]; d.status != http.StatusServiceUnavailable || d.retry == 0 {
		t.Errorf("busy: %+v", d)
	}
}

// readStatus reads a google.rpc.Status.
func readStatus(body string, protobuf bool) (code uint64, message string, err error) {
	if !protobuf {
		var status struct {
			Code    uint64
			Message string
		}
		err = json.Unmarshal([]byte(body), &status)
		return status.Code, status.Message, err
	}
	for b := []byte(body); len(b) > 0; {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return 0, "", protowire.ParseError(n)
		}
		b = b[n:]
		switch {
		case number == 1 && kind == protowire.VarintType:
			code, n = protowire.ConsumeVarint(b)
		case number == 2 && kind == protowire.BytesType:
			message, n = protowire.ConsumeString(b)
		default:
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		if n < 0 {
			return 0, "", protowire.ParseError(n)
		}
		b = b[n:]
	}
	return code, message, nil
}
