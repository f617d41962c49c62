package enrich

import "strings"

// System is the family of the operating system that an app's SDK names, as
// [Client.OS]; "" for a name that is not known: a made-up one must not become a
// value of the dimension.
func System(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, row := range systemNames {
		if strings.HasPrefix(name, row.begin) {
			return row.family
		}
	}
	return ""
}

// systemNames are how names begin: versions may follow.
var systemNames = []struct{ begin, family string }{
	{"ios", iOS}, {"ipados", iOS}, {"iphone os", iOS},
	{"android", android},
	{"macos", macOS}, {"mac os", macOS}, {"os x", macOS},
	{"windows", windows},
	{"chrome os", chrome}, {"chromeos", chrome},
	{"linux", linux}, {"ubuntu", linux}, {"debian", linux}, {"fedora", linux},
}
