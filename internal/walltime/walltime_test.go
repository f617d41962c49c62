package walltime

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // a machine may have none
)

func TestZoneReadsPOSIXRules(t *testing.T) {
	winter, summer := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC), time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ tz, winter, summer string }{
		{"", "12:00", "12:00"},
		{"UTC", "12:00", "12:00"},
		{"Europe/Berlin", "13:00", "14:00"},
		{writeZone(t, "Europe/Berlin"), "13:00", "14:00"},
		{":Europe/Berlin", "13:00", "14:00"},
		{"UTC-5", "17:00", "17:00"}, // POSIX counts west of Greenwich
		{"UTC+5", "07:00", "07:00"},
		{"GMT-5:30", "17:30", "17:30"},
		{"EST5EDT", "07:00", "08:00"},
		{"EST5EDT,M3.2.0,M11.1.0", "07:00", "08:00"},
		{"EST5EDT4,M3.2.0/2,M11.1.0/2:00:00", "07:00", "08:00"},
		{"CET-1CEST,M3.5.0,M10.5.0/3", "13:00", "14:00"},
		{"AEST-10AEDT,M10.1.0,M4.1.0/3", "23:00", "22:00"},
		{"<-03>3", "09:00", "09:00"},
		{"<+0330>-3:30", "15:30", "15:30"},
		{"IST-5:30", "17:30", "17:30"},
		{"IST-2IDT,M3.4.4/26,M10.5.0", "14:00", "15:00"},
		{"EST5EDT,J60,J300", "07:00", "08:00"},
	} {
		loc, err := Zone(c.tz)
		if err != nil {
			t.Errorf("Zone(%q): %v", c.tz, err)
			continue
		}
		if w, s := winter.In(loc).Format("15:04"), summer.In(loc).Format("15:04"); w != c.winter || s != c.summer {
			t.Errorf("Zone(%q): noon in UTC is %s and %s, want %s and %s", c.tz, w, s, c.winter, c.summer)
		}
	}
}

// writeZone writes the file of a zone, as machines have them.
func writeZone(t *testing.T, name string) (path string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("/usr/share/zoneinfo", name))
	if err != nil {
		data = ruleData("CET-1CEST,M3.5.0,M10.5.0/3")
	}
	path = filepath.Join(t.TempDir(), "zone")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestZoneUnknownRefused(t *testing.T) {
	for _, tz := range []string{"Mars/Phobos", "/nowhere/zone", "UTC+", "5", "E5", "EST5EDT,", "EST5EDT,M3", "EST5EDT,M3.2.0", "../../etc/passwd", "EST5\nEDT"} {
		loc, err := Zone(tz)
		if err == nil || loc != Unknown {
			t.Errorf("Zone(%q) = %v, %v; want an error", tz, loc, err)
		}
		if _, err := Last(time.Now().In(loc), 11, 42, 0); err == nil || !strings.Contains(err.Error(), "in which time zone?") {
			t.Errorf("Last in the zone %q: %v", tz, err)
		}
	}
}

func TestLastTimeOfDay(t *testing.T) {
	at := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct {
		zone         string
		now          string // UTC
		hour, minute int
		want         string // UTC, or part of an error
	}{
		{"UTC", "2026-11-20T14:05:00Z", 14, 2, "2026-11-20T14:02:00Z"},
		{"UTC", "2026-11-20T14:05:00Z", 14, 6, "2026-11-19T14:06:00Z"},
		{"UTC-5", "2026-11-20T14:05:00Z", 19, 2, "2026-11-20T14:02:00Z"},
		{"EST5EDT,M3.2.0,M11.1.0", "2026-07-20T14:05:00Z", 10, 2, "2026-07-20T14:02:00Z"},
		{"Pacific/Kiritimati", "2026-11-20T14:05:00Z", 4, 2, "2026-11-20T14:02:00Z"},
		{"Asia/Kathmandu", "2026-11-20T14:05:00Z", 19, 47, "2026-11-20T14:02:00Z"},
		// Clocks went back at 03:00: 02:30 came twice.
		{"Europe/Berlin", "2026-10-25T00:45:00Z", 2, 30, "2026-10-25T00:30:00Z"},
		{"Europe/Berlin", "2026-10-25T01:15:00Z", 2, 30, "2026-10-25T00:30:00Z"},
		{"Europe/Berlin", "2026-10-25T01:45:00Z", 2, 30, "2026-10-25T01:30:00Z"},
		{"Europe/Berlin", "2026-10-25T20:00:00Z", 2, 30, "2026-10-25T01:30:00Z"},
		{"Europe/Berlin", "2026-10-25T20:00:00Z", 22, 30, "2026-10-24T20:30:00Z"},
		{"America/New_York", "2026-11-01T06:45:00Z", 1, 30, "2026-11-01T06:30:00Z"},
		{"Australia/Lord_Howe", "2026-04-04T15:20:00Z", 1, 45, "2026-04-04T15:15:00Z"}, // by half an hour
		// Clocks went forward at 02:00: 02:30 did not come.
		{"Europe/Berlin", "2026-03-29T08:00:00Z", 2, 30, "left it out on 2026-03-29"},
		{"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T12:00:00Z", 2, 30, "left it out on 2026-03-08"},
		{"Europe/Berlin", "2026-03-29T00:15:00Z", 2, 30, "2026-03-28T01:30:00Z"}, // not due yet
		{"Europe/Berlin", "2026-03-29T08:00:00Z", 3, 30, "2026-03-29T01:30:00Z"},
		{"Europe/Berlin", "2026-03-29T08:00:00Z", 1, 30, "2026-03-29T00:30:00Z"},
		{"America/Sao_Paulo", "2018-11-04T12:00:00Z", 0, 30, "left it out on 2018-11-04"}, // at midnight
	} {
		loc, err := Zone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Last(at(c.now).In(loc), c.hour, c.minute, 0)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("Last(%s in %s, %02d:%02d): %v, want %s", c.now, c.zone, c.hour, c.minute, err, c.want)
			}
			continue
		}
		if text := got.UTC().Format(time.RFC3339); text != c.want {
			t.Errorf("Last(%s in %s, %02d:%02d) = %s, want %s", c.now, c.zone, c.hour, c.minute, text, c.want)
		}
	}
}
