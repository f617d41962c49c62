package enrich

import "testing"

func TestSystem(t *testing.T) {
	for name, want := range map[string]string{
		"": "", "iOS": "iOS", "iPadOS": "iOS", "iOS 18.1": "iOS", "Android": "Android", "android 15": "Android", "macOS": "macOS", "Mac OS X": "macOS",
		"Windows": "Windows", "Windows 11": "Windows", "Linux": "Linux", "Chrome OS": "ChromeOS", " ios ": "iOS", "jane": "", "tvOS": "",
	} {
		if got := System(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
