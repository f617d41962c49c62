package beacon

import (
	"reflect"
	"strings"
	"testing"
)

func goodReport() Report {
	return Report{
		ID: "3f9a", Region: "eu-west", Version: "1.2.3", Started: 1763647000000, Clock: 1763647652123, Every: 5000,
		Received: 120, Published: 90, Refused: map[string]int64{"malformed": 5, "queue_full": 2}, Dropped: map[string]int64{"shed": 10, "consent": 3}, Queued: 10,
		PerS: 12.5, QueueBytes: 4096, QueueMaxBytes: 48 << 20, Redactions: map[string]int64{"email": 2}, Capped: map[string]int64{"page": 1},
		Identity: IdentityShared, Denied: map[string]int64{"origin": 3, "key": 1},
		Forwarded: 7, Unforwarded: map[string]int64{"consent": 9, "failed": 2, "queue_full": 1},
		Waiting: 61_000, Problem: "cannot make RUM: its subjects are taken by BROWSER: remove them",
	}
}

// What a publisher says about its problem is short and safe to show.
func TestReportProblemIsPrintable(t *testing.T) {
	r := goodReport()
	r.Problem = "RUM\x1b[31m is\na wörk queue" + strings.Repeat("!", 1000)
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeReport(data)
	if want := "RUM[31m isa wrk queue!!!"; err != nil || !strings.HasPrefix(got.Problem, want) || len(got.Problem) != maxProblem {
		t.Errorf("%q, %v", got.Problem, err)
	}
	raw := strings.Replace(string(data), got.Problem, `\u001b]0;x\u0007`, 1)
	if got, err = DecodeReport([]byte(raw)); err != nil || got.Problem != "]0;x" {
		t.Errorf("%q, %v", got.Problem, err)
	}
}

func TestReport(t *testing.T) {
	r := goodReport()
	data, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeReport(data)
	if err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("DecodeReport(Encode(%+v)) = %+v, %v", r, got, err)
	}
	if !r.Balanced() || r.Lost() != 12 || r.DroppedSum() != 13 || r.RefusedSum() != 7 {
		t.Errorf("balanced %v, lost %d, dropped %d, refused %d", r.Balanced(), r.Lost(), r.DroppedSum(), r.RefusedSum())
	}
	if r.DeniedSum() != 4 || r.UnforwardedSum() != 3 {
		t.Errorf("denied %d, not forwarded %d", r.DeniedSum(), r.UnforwardedSum())
	}
	r.Queued++
	if r.Balanced() {
		t.Error("Balanced with one beacon too many")
	}
	if _, err := DecodeReport([]byte(`{"id":"a","clock":1,"from":"a later version","identity":"magic"}`)); err != nil {
		t.Errorf("DecodeReport of unknown members: %v", err)
	}
}

func TestDecodeReportHostile(t *testing.T) {
	many := `{"id":"a","clock":1,"dropped":{`
	for i := range 40 {
		many += `"r` + strings.Repeat("x", i%20) + string(rune('a'+i%26)) + `":1,`
	}
	for _, bad := range []string{
		"", "null", "[]", "{}", `{"id":"a"}`, `{"clock":1}`, `{"id":"A b","clock":1}`, `{"id":"a","clock":-1}`, `{"id":"a","clock":1e30}`,
		`{"id":"a","id":"b","clock":1}`, `{"id":"a","clock":1} x`, "{\"id\":\"a\",\"clock\":1,\"region\":\"\xff\"}",
		`{"id":"a","clock":1,"received":-1}`, `{"id":"a","clock":1,"received":1.5}`, `{"id":"a","clock":1,"received":9223372036854775807}`,
		`{"id":"a","clock":1,"dropped":{"\u001b[2J":1}}`, `{"id":"a","clock":1,"dropped":{"shed":-5}}`,
		`{"id":"a","clock":1,"denied":{"origin":-5}}`, `{"id":"a","clock":1,"unforwarded":{"\u001b[2J":1}}`, `{"id":"a","clock":1,"forwarded":-1}`,
		`{"id":"a","clock":1,"version":"\u001b]0;x\u0007"}`, `{"id":"a","clock":1,"region":"eu west"}`, `{"id":"a","clock":1,"per_s":-1}`,
		many + `"z":1}}`, `{"id":"` + strings.Repeat("a", MaxReport) + `","clock":1}`,
	} {
		if r, err := DecodeReport([]byte(bad)); err == nil {
			t.Errorf("DecodeReport(%.60q) = %+v", bad, r)
		}
	}
}

func TestCollectorsSubject(t *testing.T) {
	subject := CollectorsSubject("shop")
	if site, ok := ParseCollectorsSubject(subject); !ok || site != "shop" {
		t.Errorf("ParseCollectorsSubject(%q) = %q, %v", subject, site, ok)
	}
	if _, ok := ParseAnnotationSubject(subject); ok {
		t.Error("ParseAnnotationSubject accepts the subject of reports")
	}
	if _, _, _, ok := ParseSubject(subject); ok {
		t.Error("ParseSubject accepts the subject of reports")
	}
}

func FuzzDecodeReport(f *testing.F) {
	r := goodReport()
	data, err := r.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"id":"a","clock":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := DecodeReport(data)
		if err != nil {
			return
		}
		if r.Lost() < 0 || r.DroppedSum() < r.Dropped["shed"] {
			t.Errorf("counts overflow: %+v", r)
		}
		again, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := DecodeReport(again); err != nil || got.ID != r.ID || got.Received != r.Received {
			t.Errorf("%s reads as %+v, %v", again, got, err)
		}
	})
}
