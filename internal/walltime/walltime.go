// Package walltime reads times of day as the clocks of a place show them: its
// time zone, and the hours that clocks leave out or show twice.
package walltime

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Unknown is the zone of a TZ that names none. Clocks then show UTC, as in C,
// but a time of day is refused: it was meant in another zone.
var Unknown = time.FixedZone("UTC", 0)

// Zone reads the environment variable TZ: a zone of the time zone database, the
// path of its file, or a rule of POSIX such as EST5EDT,M3.2.0,M11.1.0, which
// package time takes for UTC without an error. "" is UTC.
func Zone(tz string) (*time.Location, error) {
	name := strings.TrimPrefix(tz, ":")
	if name == "" {
		return time.UTC, nil
	}
	if loc, err := time.LoadLocation(name); err == nil {
		return loc, nil
	}
	if filepath.IsAbs(name) {
		if data, err := os.ReadFile(filepath.Clean(name)); err == nil {
			if loc, err := time.LoadLocationFromTZData(name, data); err == nil {
				return loc, nil
			}
		}
	}
	if loc, err := time.LoadLocationFromTZData(tz, ruleData(tz)); err == nil && !strings.Contains(tz, "\n") {
		if zone, _ := time.Unix(0, 0).In(loc).Zone(); zone != placeholder {
			return loc, nil
		}
	}
	return Unknown, fmt.Errorf("TZ=%s: unknown time zone: set a name such as Europe/Berlin, or give times as 2026-11-20T14:02:00Z", tz)
}

// placeholder names the one zone of ruleData. The rule replaces it, if it is one.
const placeholder = "?"

// ruleData is a file of the time zone database (RFC 9636) that has nothing but a
// rule: package time reads rules only at the end of such files.
func ruleData(rule string) []byte {
	header := append([]byte("TZif2"), make([]byte, 15)...)
	counts := func(types, names uint32) []byte {
		b := append([]byte(nil), header...)
		for _, n := range [...]uint32{0, 0, 0, 0, types, names} { // isut, isstd, leap, transitions
			b = binary.BigEndian.AppendUint32(b, n)
		}
		return b
	}
	zone := append(make([]byte, 6), placeholder+"\x00"...) // UTC, no summer time, its name first
	size := uint32(len(placeholder) + 1)
	old := append(counts(1, size), zone...)
	data := append(old, append(counts(1, size), zone...)...)
	return append(data, "\n"+rule+"\n"...)
}

// Last is the last time up to now at which clocks in now's zone show a time of
// day: of an hour that they show twice, the later one. It fails if the zone is
// unknown, or if clocks jumped over that time of day when it was due.
func Last(now time.Time, hour, minute, second int) (time.Time, error) {
	loc := now.Location()
	if loc == Unknown {
		return time.Time{}, fmt.Errorf("%02d:%02d: in which time zone? TZ names none: use a time such as 2026-11-20T14:02:00Z", hour, minute)
	}
	for back := range 2 {
		// As if it were UTC; what clocks show is that minus an offset.
		shown := time.Date(now.Year(), now.Month(), now.Day()-back, hour, minute, second, 0, time.UTC)
		var last, jumped time.Time
		for _, around := range [...]time.Duration{-day, day} { // the offsets before and after a change
			_, offset := shown.Add(around).In(loc).Zone()
			at := shown.Add(-time.Duration(offset) * time.Second).In(loc)
			switch {
			case at.Hour() != hour || at.Minute() != minute || at.Second() != second:
				jumped = at
			case !at.After(now) && at.After(last):
				last = at
			}
		}
		if !last.IsZero() {
			return last, nil
		}
		if !jumped.IsZero() && !jumped.After(now) && !shownAt(shown, loc) {
			return time.Time{}, fmt.Errorf("%02d:%02d: clocks of %s left it out on %s: use a time such as 2026-11-20T14:02:00Z", hour, minute, loc, shown.Format(time.DateOnly))
		}
	}
	return time.Time{}, fmt.Errorf("%02d:%02d: not within two days", hour, minute)
}

const day = 24 * time.Hour

// shownAt reports whether clocks ever show a date and time.
func shownAt(shown time.Time, loc *time.Location) bool {
	at := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), 0, loc)
	return at.Hour() == shown.Hour() && at.Minute() == shown.Minute()
}
