package wire

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// unpruned decodes a whole OTLP/JSON body. ok is false if pdata cannot.
func unpruned(r *Request, to Sink) (ok bool) {
	g := grouper{to: to, prefix: "otlp/" + r.ResendID + "/"}
	if isTraces(r) {
		traces, err := new(ptrace.JSONUnmarshaler).UnmarshalTraces(r.Body)
		if err == nil {
			g.addTraces(traces)
		}
		return err == nil
	}
	logs, err := new(plog.JSONUnmarshaler).UnmarshalLogs(r.Body)
	if err == nil {
		g.addLogs(logs)
	}
	return err == nil
}

// samePruned checks that the pruned body decodes like the whole one.
func samePruned(t *testing.T, r *Request) {
	t.Helper()
	if c := new(document).read(r.Body, 30); c.err != nil || !bytes.Equal(c.doc.text, r.Body) {
		return // pdata does not repair
	}
	got, want := &collected{most: 50}, &collected{most: 50}
	if err := (OTLP{}).Decode(r, got); err != nil || !unpruned(r, want) {
		return
	}
	if g, w := fmt.Sprintf("%+v", *got), fmt.Sprintf("%+v", *want); g != w {
		t.Errorf("%s\n got %s\nwant %s", r.Body, g, w)
	}
}

func TestOTLPPrune(t *testing.T) {
	for _, r := range recorded(t, "otlp-") {
		if isProtobuf(r.Header) || len(r.Body) == 0 {
			continue
		}
		doc := new(document)
		left, spare := prune(doc.read(r.Body, 30), isTraces(r), nil)
		if err := strictly(string(left)); err != nil {
			t.Errorf("%v in %s", err, left)
		}
		if again, more := prune(new(document).read(left, 30), isTraces(r), nil); more != 0 || !bytes.Equal(again, left) {
			t.Errorf("pruning again removes %d more records:\n%s\n%s", more, left, again)
		}
		if spare > 0 && len(left) >= len(r.Body) {
			t.Errorf("nothing was pruned from %s", r.Body)
		}
		samePruned(t, r)
	}
}

func TestOTLPPruneKeepsLists(t *testing.T) {
	for body, want := range map[string]string{
		`{"attributes":[{"key":"a"}]}`:                                                               `{"attributes":[]}`,
		`{"attributes":[{"key":"a"},{"key":"url.full"}]}`:                                            `{"attributes":[{"key":"url.full"}]}`,
		`{"attributes":[{"key":"url.full"},{"key":"a"}]}`:                                            `{"attributes":[{"key":"url.full"}]}`,
		`{"attributes":[ {"key":"url.full"} , {"key":"a"} , {"key":"b"} ]}`:                          `{"attributes":[ {"key":"url.full"}  ]}`,
		`{"attributes":[{"key":"a"},{"key":"value"},{"key":"b"},{"key":"event.name"}] }`:             `{"attributes":[{"key":"value"},{"key":"event.name"}] }`,
		`{"attributes":[{},7,null,{"value":{}}],"resource":7,"resourceSpans":{},"events":[{"a":1}]}`: `{"attributes":[{},7,null,{"value":{}}],"resource":7,"resourceSpans":{},"events":[]}`,
	} {
		if left, _ := prune(new(document).read([]byte(body), 16), true, nil); string(left) != want {
			t.Errorf("%s: got %s, want %s", body, left, want)
		}
	}
}

// Every attribute that the decoder reads survives pruning.
func TestOTLPPruneKeepsReadAttributes(t *testing.T) {
	names := regexp.MustCompile(`"([A-Za-z0-9_]+\.[A-Za-z0-9_.]+)"`)
	for _, file := range []string{"otlp_group.go", "otlp_records.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := names.FindAllSubmatch(source, -1)
		if len(found) < 10 {
			t.Errorf("%s names %d attributes", file, len(found))
		}
		for _, name := range found {
			switch event := string(name[1]); event {
			case "session.start", "session.end", "feature_flag.evaluation":
				continue
			}
			if !isReadEvent(string(name[1])) && !isReadAttribute(name[1]) {
				t.Errorf("%s reads %s, which is pruned", file, name[1])
			}
		}
	}
}
