package plain

import "testing"

func TestCell(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "2.4.1": "2.4.1", " ": " ", "/a=b": "/a=b",
		`=HYPERLINK("http://evil.example")`: `'=HYPERLINK("http://evil.example")`,
		"+1":                                "'+1", "-1": "'-1", "@sum": "'@sum", "  =1": "'  =1", "\t=1": "'\t=1",
	} {
		if got := Cell(s); got != want {
			t.Errorf("Cell(%q) = %q, want %q", s, got, want)
		}
	}
}
