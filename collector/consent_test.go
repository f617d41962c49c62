package collector

import (
	"net/http"
	"testing"
)

func TestBrowserConsent(t *testing.T) {
	for _, name := range []string{"Sec-GPC", "DNT", "sec-gpc", "dnt"} {
		for _, tc := range []struct {
			lines []string
			want  consent
		}{
			{nil, consentFull},
			{[]string{""}, consentFull},
			{[]string{" "}, consentFull},
			{[]string{"0"}, consentFull},
			{[]string{"?0"}, consentFull},
			{[]string{"0, 0"}, consentFull},
			{[]string{"0", "0"}, consentFull},
			{[]string{"null"}, consentFull},
			{[]string{"unspecified"}, consentFull},
			{[]string{"False"}, consentFull},
			{[]string{"1"}, consentMinimal},
			{[]string{" 1 "}, consentMinimal},
			{[]string{"1, 1"}, consentMinimal},
			{[]string{"1,1"}, consentMinimal},
			{[]string{"1, 0"}, consentMinimal},
			{[]string{"0, 1"}, consentMinimal},
			{[]string{", 1"}, consentMinimal},
			{[]string{"0", "1"}, consentMinimal},
			{[]string{"", "1"}, consentMinimal},
			{[]string{"1", "1"}, consentMinimal},
			{[]string{"?1"}, consentMinimal},
			{[]string{"?1;x=0"}, consentMinimal},
			{[]string{`"1"`}, consentMinimal},
			{[]string{`"0", "1"`}, consentMinimal},
			{[]string{"true"}, consentMinimal},
			{[]string{"yes"}, consentMinimal},
			{[]string{"1.0"}, consentMinimal},
			{[]string{"01"}, consentMinimal},
			{[]string{"\u00ef\u00bb\u00bf1"}, consentMinimal},
		} {
			h := http.Header{}
			for _, line := range tc.lines {
				h.Add(name, line)
			}
			if got := browserConsent(h); got != tc.want {
				t.Errorf("%s: %q: consent %d, want %d", name, tc.lines, got, tc.want)
			}
		}
	}
}

// A merged header keeps identifiers out over HTTP, too.
func TestMergedSignalIsMinimal(t *testing.T) {
	for _, header := range [][]string{{"Sec-GPC", "1, 1"}, {"DNT", "0, 1"}, {"Sec-GPC", "?1"}} {
		h := newHarness(t, nil)
		h.post(`{"navigation":true,"session":"s","user":"u","errors":[{"message":"x"}]}`, header...)
		if all := h.settle(); len(all) != 1 || all[0].User != 0 || all[0].Session != 0 || all[0].Navigation {
			t.Errorf("%q: %+v", header, all)
		}
	}
}
