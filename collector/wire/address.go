package wire

import "strings"

// originOf is a URL up to its path.
func originOf(address string) string {
	i := strings.Index(address, "://")
	if i < 0 {
		return ""
	}
	if end := strings.IndexAny(address[i+3:], "/?#"); end >= 0 {
		return address[:i+3+end]
	}
	return address
}

// pathOf is a URL without origin, query and fragment.
func pathOf(address string) string {
	if i := strings.Index(address, "://"); i >= 0 {
		address = address[i+3:]
		if i = strings.IndexByte(address, '/'); i < 0 {
			return "/"
		}
		address = address[i:]
	}
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i]
	}
	return address
}

// isExtension reports whether an address is in a browser extension.
func isExtension(address string) bool {
	scheme, _, _ := strings.Cut(address, ":")
	return strings.HasSuffix(scheme, "-extension")
}
