package scrub

import "strings"

// appendQuery appends the parameters that may stay, their values scrubbed.
func (sc *scan) appendQuery(dst []byte, query string, site bool, t *tally) []byte {
	if query == "" {
		return dst
	}
	if !site && isModuleHash(query) {
		return append(append(dst, '?'), query...)
	}
	mark, dropped := byte('?'), false
	for query != "" && (len(sc.scrubber.keep) > 0 || hasErrorNumber(query)) {
		var param string
		param, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(param, "=")
		if !sc.scrubber.keep[name] && !isErrorNumber(name, value) {
			dropped = true
			continue
		}
		dst = append(dst, mark)
		mark = '&'
		dst = append(append(dst, name...), '=')
		dst = append(dst, sc.scrubValue(value, t)...)
	}
	if dropped || query != "" {
		t[Query]++
	}
	return dst
}

// hasErrorNumber says whether the first parameter may be an error number.
func hasErrorNumber(query string) bool {
	return strings.HasPrefix(query, "invariant=") || strings.HasPrefix(query, "code=")
}

// isErrorNumber says whether a parameter is the number of a library's minified
// error: React's ?invariant=418, Redux's ?code=13.
func isErrorNumber(name, value string) bool {
	return (name == "invariant" && len(value) <= 4 || name == "code" && len(value) <= 2) && allDigits(value)
}

// isModuleHash says whether a query is webpack's hash of a part of a module, as in
// webpack:///./src/cart.vue?a1b2.
func isModuleHash(query string) bool {
	return len(query) >= 4 && len(query) <= 8 && allHex(query)
}

// scrubValue scrubs the value of a parameter.
func (sc *scan) scrubValue(s string, t *tally) string {
	in := sc.innerScan()
	in.tally, in.changed = tally{}, fullExtent(s)
	out := in.text(s)
	t.merge(&in.tally)
	return out
}

// innerScan gives the scan for texts within the one that is being scrubbed.
func (sc *scan) innerScan() *scan {
	if sc.inner == nil {
		sc.inner = &scan{scrubber: sc.scrubber, rules: sc.scrubber.segmentRules, chain: chain{segment: true}}
	}
	return sc.inner
}
