package wire

import (
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// asProtobuf is a request in JSON as protobuf, which SDKs for apps send by default.
func asProtobuf(t *testing.T, r *Request) *Request {
	t.Helper()
	var body []byte
	if isTraces(r) {
		all, err := new(ptrace.JSONUnmarshaler).UnmarshalTraces(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if body, err = new(ptrace.ProtoMarshaler).MarshalTraces(all); err != nil {
			t.Fatal(err)
		}
	} else {
		all, err := new(plog.JSONUnmarshaler).UnmarshalLogs(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		if body, err = new(plog.ProtoMarshaler).MarshalLogs(all); err != nil {
			t.Fatal(err)
		}
	}
	binary := *r
	binary.Body, binary.Header = body, r.Header.Clone()
	binary.Header.Set("Content-Type", protobufMedia)
	return &binary
}

func TestOTLPAppsInBothEncodings(t *testing.T) {
	for _, r := range recorded(t, "documented-otlp-") {
		json, binary := new(collected), new(collected)
		errJSON, errBinary := OTLP{}.Decode(r, json), OTLP{}.Decode(asProtobuf(t, r), binary)
		if errJSON != nil || errBinary != nil || json.rejected+binary.rejected > 0 || len(json.beacons) == 0 {
			t.Errorf("%v, %v, %+v", errJSON, errBinary, json)
		}
		// What is pruned from JSON is ignored as well.
		if got, want := fmt.Sprintf("%+v", binary.beacons), fmt.Sprintf("%+v", json.beacons); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		for _, b := range json.beacons {
			if b.OS == "" || b.Release != "2.4.1" || !strings.HasPrefix(b.View, "session/") {
				t.Errorf("%+v", b)
			}
		}
	}
}
