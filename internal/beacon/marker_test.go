package beacon

import (
	"strings"
	"testing"
)

func TestMarker(t *testing.T) {
	m := Marker{ID: "a", At: 1763647652123, Kind: MarkerDeploy, Text: "deploy 2.4.1", By: "ci", Filter: "region=eu-west"}
	data, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeMarker(data)
	if err != nil || got != m {
		t.Errorf("DecodeMarker(Encode(%+v)) = %+v, %v", m, got, err)
	}
	if _, err := (Marker{}).Encode(); err == nil {
		t.Error("Encode of a marker without text succeeded")
	}
}

func TestDecodeMarkerHostile(t *testing.T) {
	for _, bad := range []string{
		"", "{", "[]", "null", `{"text":""}`, `{"text":"x","time":-1}`, `{"text":"x","time":99999999999999999}`,
		`{"text":"x","time":"now"}`, `{"text":"` + strings.Repeat("x", MaxMarker) + `"}`,
	} {
		if m, err := DecodeMarker([]byte(bad)); err == nil {
			t.Errorf("DecodeMarker(%.40q) = %+v", bad, m)
		}
	}
	m, err := DecodeMarker([]byte(`{"text":"` + strings.Repeat("é", 500) + `","kind":"surprise","unknown":1}`))
	if err != nil || m.Kind != MarkerNote || len(m.Text) != maxMarkerText {
		t.Errorf("DecodeMarker = %+v, %v", m, err)
	}
}

func FuzzDecodeMarker(f *testing.F) {
	f.Add([]byte(`{"text":"deploy 2.4.1","kind":"deploy","time":1763647652123}`))
	f.Add([]byte(`{"text":"\ud800"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeMarker(data)
		if err != nil {
			return
		}
		again, err := m.Encode()
		if err != nil {
			t.Fatalf("DecodeMarker(%q) = %+v, which Encode refuses: %v", data, m, err)
		}
		if got, err := DecodeMarker(again); err != nil || got != m {
			t.Errorf("DecodeMarker(Encode(%+v)) = %+v, %v", m, got, err)
		}
	})
}
