package wire

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"
)

// OTLP is OpenTelemetry's protocol over HTTP, logs and traces in JSON and
// protobuf, as browser SDKs use it. There are three dialects of vitals: in the
// attributes of an event (OpenTelemetry's browser-instrumentation), in its body
// (the semantic conventions, Dash0), and in spans named after the vital
// (Honeycomb).
//
// Exceptions become errors, client spans requests, navigations page views,
// feature flag evaluations tags, and the application's own events and spans
// events. Of apps, the start of a session is a page view. Data of servers is
// ignored.
type OTLP struct{}

const (
	jsonMedia     = "application/json"
	protobufMedia = "application/x-protobuf"
)

// Spec implements [Format].
func (OTLP) Spec() Spec {
	return Spec{
		SDK:      "otlp",
		Patterns: []string{"POST /v1/logs", "POST /v1/traces"},
		Types:    []string{jsonMedia, protobufMedia},
		Headers:  []string{"X-Honeycomb-Team", "X-Honeycomb-Dataset", "Dash0-Dataset"},
		Answer:   answerOTLP,
		Deny:     denyOTLP,
		ResendID: bodyHash,
	}
}

// Decode implements [Format].
func (OTLP) Decode(r *Request, to Sink) error {
	g := grouper{to: to, prefix: "otlp/" + r.ResendID + "/"}
	if isTraces(r) {
		return decodeSpans(r, &g)
	}
	return decodeLogs(r, &g)
}

func isTraces(r *Request) bool { return r.URL != nil && strings.HasSuffix(r.URL.Path, "/traces") }

func isProtobuf(h http.Header) bool {
	media, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return media == protobufMedia
}

func decodeLogs(r *Request, g *grouper) error {
	var unmarshaler plog.Unmarshaler = new(plog.JSONUnmarshaler)
	if isProtobuf(r.Header) {
		unmarshaler = new(plog.ProtoUnmarshaler)
	}
	logs, err := readOTLP(r, logsRequest, g, unmarshaler.UnmarshalLogs)
	if err == nil {
		g.addLogs(logs)
	}
	return err
}

func (g *grouper) addLogs(logs plog.Logs) {
	g.countIgnored(logs.LogRecordCount())
	for _, r := range logs.ResourceLogs().All() {
		res := readResource(r.Resource())
		for _, scope := range r.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				g.addLog(&res, record)
			}
		}
		g.flush()
	}
}

func decodeSpans(r *Request, g *grouper) error {
	var unmarshaler ptrace.Unmarshaler = new(ptrace.JSONUnmarshaler)
	if isProtobuf(r.Header) {
		unmarshaler = new(ptrace.ProtoUnmarshaler)
	}
	traces, err := readOTLP(r, tracesRequest, g, unmarshaler.UnmarshalTraces)
	if err == nil {
		g.addTraces(traces)
	}
	return err
}

func (g *grouper) addTraces(traces ptrace.Traces) {
	g.countIgnored(traces.SpanCount())
	for _, r := range traces.ResourceSpans().All() {
		res := readResource(r.Resource())
		for _, scope := range r.ScopeSpans().All() {
			name := scope.Scope().Name()
			own := !strings.Contains(name, "instrumentation") && !strings.HasPrefix(name, "io.opentelemetry.")
			for _, span := range scope.Spans().All() {
				g.addSpan(&res, span, own)
			}
		}
		g.flush()
	}
}

// answerOTLP answers as the specification says: in the encoding of the request,
// and with a count if records were refused.
func answerOTLP(w http.ResponseWriter, r *Request, a Result) {
	const reason = "some records could not be used"
	media, body := jsonMedia, []byte("{}")
	switch protobuf := isProtobuf(r.Header); {
	case protobuf && a.Rejected > 0:
		partial := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(a.Rejected))
		partial = protowire.AppendString(protowire.AppendTag(partial, 2, protowire.BytesType), reason)
		media, body = protobufMedia, protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), partial)
	case protobuf:
		media, body = protobufMedia, nil
	case a.Rejected > 0:
		kind := "rejectedLogRecords"
		if isTraces(r) {
			kind = "rejectedSpans"
		}
		body = []byte(`{"partialSuccess":{"` + kind + `":"` + strconv.Itoa(a.Rejected) + `",` +
			`"errorMessage":"` + reason + `"}}`)
	}
	writeOTLP(w, http.StatusOK, media, body)
}

func writeOTLP(w http.ResponseWriter, status int, media string, body []byte) {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// denyOTLP answers with google.rpc.Status in the encoding of the request.
// https://opentelemetry.io/docs/specs/otlp/#failures
func denyOTLP(w http.ResponseWriter, h http.Header, why Denial) {
	code := rpcCode(why.Status)
	if isProtobuf(h) {
		body := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(code))
		body = protowire.AppendString(protowire.AppendTag(body, 2, protowire.BytesType), why.Message)
		writeOTLP(w, why.Status, protobufMedia, body)
		return
	}
	writeOTLP(w, why.Status, jsonMedia, []byte(`{"code":`+strconv.Itoa(code)+`,"message":`+strconv.Quote(why.Message)+`}`))
}

// rpcCode is the canonical RPC code of an HTTP status.
func rpcCode(status int) int {
	switch status {
	case http.StatusUnauthorized:
		return 16 // unauthenticated
	case http.StatusForbidden:
		return 7 // permission denied
	case http.StatusTooManyRequests, http.StatusRequestEntityTooLarge:
		return 8 // resource exhausted
	case http.StatusServiceUnavailable:
		return 14 // unavailable
	}
	return 3 // invalid argument
}
