package enrich

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Unknown is the region of a client whose region is not known.
const Unknown = "unknown"

// Place is where a client is, as precisely as the collector records it.
type Place struct {
	Region  string // token of 1 to 32 of a-z 0-9 _ -; Unknown if not known
	Country string // ISO 3166-1 alpha-2, "" if not known
}

// Geo looks addresses up in a MaxMind database. Safe for concurrent use.
type Geo struct {
	db *maxminddb.Reader
}

// OpenGeo opens a MaxMind file with countries. Call Close to close it.
func OpenGeo(file string) (*Geo, error) {
	db, err := maxminddb.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open GeoIP database %s: %w", file, err)
	}
	return &Geo{db: db}, nil
}

// Close closes the file.
func (g *Geo) Close() error { return g.db.Close() }

// Find looks up an address. The region is the continent (eu, na, …), so that a
// site has few regions; the country is a dimension of its own. With a database
// without continents, the region is the country.
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

// FromHeader is the place that a CDN names in a header: a country code, or a
// region by any name.
func FromHeader(header string) Place {
	header = strings.TrimSpace(header)
	p := Place{Region: Region(header), Country: Country(header)}
	if p.Region == "xx" { // CDNs send it for "unknown"
		p.Region = Unknown
	}
	return p
}

// Region turns a name into a token: lower case, with dashes for all other
// characters.
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

// Country returns a code in upper case if it has the form of a country code and
// does not mean "no country"; else "".
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
