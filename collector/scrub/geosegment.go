package scrub

import "strings"

// isCoordinateSegment says whether a segment is one number of a position that
// takes two (/near/52.520008/13.404954, /lat/52.52/lng/13.40), a position before a
// semicolon, or a geohash. Numbers of a version have fewer decimals.
func isCoordinateSegment(_ *scan, g *segment) bool {
	if g.source {
		return false
	}
	if isAngle(g.text, 2) && (g.placed || placeWords.has(g.before)) {
		return true
	}
	if !isAngle(g.text, leastUnplaced) {
		return isGeohash(g)
	}
	next, _, _ := strings.Cut(g.rest, "/")
	return isAngle(g.before, leastUnplaced) || isAngle(next, leastUnplaced) || isAngle(g.matrix, leastUnplaced)
}

// leastUnplaced is the least decimals of a coordinate that no word names.
const leastUnplaced = 4

// placeWords are segments before a coordinate.
var placeWords = words(`lat latitude lng lon long longitude near nearby around close-to coords coordinates coordinate geo
	position location latlng latlon lnglat gps point geolocation reverse map maps weather forecast distance`)

// isAngle says whether s is a decimal number of a latitude or longitude with at
// least so many decimals.
func isAngle(s string, least int) bool {
	s = strings.TrimLeft(s, "+-")
	whole, decimals, _ := strings.Cut(s, ".")
	return len(whole) >= 1 && len(whole) <= 3 && allDigits(whole) && number(whole) <= 180 &&
		len(decimals) >= least && len(decimals) < 20 && allDigits(decimals)
}

// isGeohash says whether a segment is the name of a cell of the earth, which a word
// before it says.
func isGeohash(g *segment) bool {
	hash := g.text
	if !geohashWords.has(g.before) {
		i := strings.IndexAny(hash, ":=")
		if i < 0 || !geohashWords.has(hash[:i]) {
			return false
		}
		hash = hash[i+1:]
	}
	if len(hash) < 4 || len(hash) > 12 {
		return false
	}
	for i := range len(hash) {
		if c := hash[i] | 0x20; !is(c, lower|digit) || strings.IndexByte("ailo", c) >= 0 {
			return false
		}
	}
	return true
}

var geohashWords = words(`geohash geohashes geo-hash`)
