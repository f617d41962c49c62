package beacon

import (
	"strings"
	"testing"
)

func TestSubjectRoundTrip(t *testing.T) {
	for shard := range uint8(Shards) {
		s := Subject("shop", "eu-west", shard)
		site, region, got, ok := ParseSubject(s)
		if !ok || site != "shop" || region != "eu-west" || got != shard {
			t.Fatalf("ParseSubject(%q) = %q %q %d %v", s, site, region, got, ok)
		}
	}
	if got := Subject("shop", "eu", 0x1b); got != "rum.v1.shop.eu.0b" {
		t.Fatalf("Subject with high bits in the shard = %s", got)
	}
	if site, ok := ParseAnnotationSubject(AnnotationSubject("shop")); !ok || site != "shop" {
		t.Fatalf("annotations: %q %v", site, ok)
	}
}

func TestShardBySessionFirst(t *testing.T) {
	for _, tc := range []struct {
		b    Beacon
		want uint8
	}{
		{Beacon{ID: 1, View: 2, User: 3, Session: 4}, 4},
		{Beacon{ID: 1, View: 2, Session: 4}, 4},
		{Beacon{ID: 1, View: 2, User: 3}, 3},
		{Beacon{ID: 1, View: 2}, 2},
		{Beacon{ID: 0x11}, 1},
		{Beacon{}, 0},
	} {
		if got := tc.b.Shard(); got != tc.want {
			t.Errorf("shard of %+v is %d, want %d", tc.b, got, tc.want)
		}
	}
}

func TestParseSubjectRejects(t *testing.T) {
	for _, s := range []string{
		"", "rum.v1.", "rum.v2.shop.eu.00", "rum.v1.shop", "rum.v1.shop.eu", "rum.v1.shop.eu.0", "rum.v1.shop.eu.10",
		"rum.v1.shop.eu.0g", "rum.v1.shop.eu.00.x", "rum.v1.shop.eu.0F", "rum.v1..eu.00", "rum.v1.shop..00",
		"rum.v1.Shop.eu.00", "rum.v1.shop.*.00", "rum.v1.shop.>", "rum.v1.sh op.eu.00", "rum.v1.shop.e\x1b[2Ju.00",
		"rum.v1." + strings.Repeat("s", 33) + ".eu.00", "rum.v1.shop.annotations", "xrum.v1.shop.eu.00",
	} {
		if site, region, shard, ok := ParseSubject(s); ok {
			t.Errorf("ParseSubject(%q) = %q %q %d", s, site, region, shard)
		}
	}
	for _, s := range []string{"rum.v1.shop.annotations.x", "rum.v1.annotations", "rum.v1.*.annotations", "rum.v1.shop.eu.00"} {
		if site, ok := ParseAnnotationSubject(s); ok {
			t.Errorf("ParseAnnotationSubject(%q) = %q", s, site)
		}
	}
}

func FuzzParseSubject(f *testing.F) {
	f.Add("rum.v1.shop.eu-west.0a")
	f.Add("rum.v1.shop.annotations")
	f.Fuzz(func(t *testing.T, s string) {
		site, region, shard, ok := ParseSubject(s)
		if ok && Subject(site, region, shard) != s {
			t.Fatalf("Subject of ParseSubject(%q) = %q", s, Subject(site, region, shard))
		}
		if _, annotation := ParseAnnotationSubject(s); ok && annotation {
			t.Fatalf("%q parses as the subject of batches and of markers", s)
		}
	})
}
