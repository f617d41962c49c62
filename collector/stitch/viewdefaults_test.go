package stitch

import (
	"testing"

	"github.com/rumtop/rumtop/internal/beacon"
)

func TestViewDefaultsFill(t *testing.T) {
	d := NewViewDefaults()
	sender := &Sender{}
	fill := func(view beacon.ID, page string, user beacon.ID) (string, beacon.ID) {
		b := beacon.Beacon{View: view, User: user}
		b.Dims[beacon.Page] = page
		d.Fill(&b, sender)
		return b.Dims[beacon.Page], b.User
	}
	for _, tc := range []struct {
		name     string
		view     beacon.ID
		page     string
		user     beacon.ID
		wantPage string
		wantUser beacon.ID
	}{
		{"page first", 1, "/a", 0, "/a", 0},
		{"then the user", 1, "", 7, "/a", 7},
		{"then neither", 1, "", 0, "/a", 7},
		{"another view", 2, "", 0, "", 0},
		{"a new page", 1, "/b", 0, "/b", 7},
		{"no view", 0, "/c", 8, "/c", 8},
		{"no view again", 0, "", 0, "", 0},
	} {
		if page, user := fill(tc.view, tc.page, tc.user); page != tc.wantPage || user != tc.wantUser {
			t.Errorf("%s: %q %d, want %q %d", tc.name, page, user, tc.wantPage, tc.wantUser)
		}
	}
	for i := range beacon.ID(2 * maxDefaultViews) {
		fill(i+10, "/a", 1)
	}
	if n := d.views.Len(); n != maxDefaultViews {
		t.Errorf("%d views are remembered, want %d", n, maxDefaultViews)
	}
}
