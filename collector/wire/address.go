package wire

import "strings"

// PageURL is the address of a page with the route that a router keeps in the
// fragment: https://shop.example/app/#/orders/17 and …/app/#!/orders/17 are
// https://shop.example/app/orders/17. Any other fragment is a place on the page,
// or a token, and goes. The browser agent does the same.
func PageURL(address string) string {
	base, fragment, ok := strings.Cut(address, "#")
	if !ok {
		return address
	}
	route, ok := strings.CutPrefix(strings.TrimPrefix(fragment, "!"), "/")
	if !ok {
		return base
	}
	base, _, _ = strings.Cut(base, "?")
	if i := strings.IndexAny(route, "?#"); i >= 0 {
		route = route[:i]
	}
	return strings.TrimSuffix(base, "/") + "/" + strings.TrimLeft(route, "/")
}

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
