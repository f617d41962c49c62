package wire

// backForwardCache is the navigation type of a restored page in the web-vitals
// library.
const backForwardCache = "back-forward-cache"

// isVital reports whether a name is one of the web-vitals library's.
func isVital(name string) bool {
	switch name {
	case "lcp", "fcp", "inp", "cls", "ttfb", "fid":
		return true
	}
	return false
}
