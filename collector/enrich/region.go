package enrich

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Unknown is the region of a client of which nothing is known.
const Unknown = "unknown"

// Place is where a client is, as exactly as the collector wants to know.
type Place struct {
	Region  string // token of 1 to 32 of a-z 0-9 _ -, Unknown if nothing is known
	Country string // ISO 3166-1 alpha-2, "" if not known
}

// Geo finds places of addresses in a MaxMind database. Safe for concurrent use.
type Geo struct {
	db *maxminddb.Reader
}

// OpenGeo opens a MaxMind file that has countries, and keeps it until Close.
func OpenGeo(file string) (*Geo, error) {
	db, err := maxminddb.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open GeoIP database %s: %w", file, err)
	}
	return &Geo{db: db}, nil
}

// Close gives the file back.
func (g *Geo) Close() error { return g.db.Close() }

// Find looks an address up. The region is the continent (eu, na, …), so that a
// site has few of them; the country is a dimension of its own. A database
// without continents gives the country as the region too.
func (g *Geo) Find(a netip.Addr) Place {
	var record struct {
		Continent struct {
			Code string `maxminddb:"code"`
		} `maxminddb:"continent"`
		Country struct {
			ISO string `maxminddb:"iso_code"`
		} `maxminddb:"country"`
	}
	if !a.IsValid() || g.db.Lookup(a).Decode(&record) != nil {
		return Place{Region: Unknown}
	}
	p := Place{Region: Region(record.Continent.Code), Country: Country(record.Country.ISO)}
	if p.Region == Unknown {
		p.Region = Region(record.Country.ISO)
	}
	return p
}

// Named is the place that a header of the CDN in front names: a country code,
// or a region by any name.
func Named(header string) Place {
	header = strings.TrimSpace(header)
	p := Place{Region: Region(header), Country: Country(header)}
	if p.Region == "xx" { // what CDNs send for "don't know"
		p.Region = Unknown
	}
	return p
}

// Region makes a token of a name: lower case, everything strange a dash.
func Region(name string) string {
	token := make([]byte, 0, 32)
	for i := 0; i < len(name) && len(token) < 32; i++ {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			c = '-'
		}
		token = append(token, c)
	}
	if s := strings.Trim(string(token), "-"); s != "" {
		return s
	}
	return Unknown
}

// Country checks that a name has the form of a country code, and is not one of
// those that stand for no country.
func Country(code string) string {
	if len(code) != 2 {
		return ""
	}
	var upper [2]byte
	for i := range upper {
		c := code[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			return ""
		}
		upper[i] = c
	}
	code = string(upper[:])
	if code == "XX" || code == "ZZ" {
		return ""
	}
	return code
}
