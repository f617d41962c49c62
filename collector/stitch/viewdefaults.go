package stitch

import (
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/rumtop/rumtop/internal/beacon"
)

// ViewDefaults remembers of recent views what some SDKs report once per view:
// the page and the user.
type ViewDefaults struct {
	views *lru.Cache[beacon.ID, pageAndUser]
}

type pageAndUser struct {
	page string
	user beacon.ID
}

const maxDefaultViews = 1 << 14

// NewViewDefaults returns an empty one.
func NewViewDefaults() *ViewDefaults {
	views, err := lru.New[beacon.ID, pageAndUser](maxDefaultViews)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &ViewDefaults{views: views}
}

// Fill sets the page and the user of a beacon that has none to those of an
// earlier beacon of its view.
func (d *ViewDefaults) Fill(b *beacon.Beacon) {
	if b.View == 0 {
		return
	}
	known, _ := d.views.Get(b.View)
	if b.Dims[beacon.Page] == "" {
		b.Dims[beacon.Page] = known.page
	}
	if b.User == 0 {
		b.User = known.user
	}
	if now := (pageAndUser{b.Dims[beacon.Page], b.User}); now != known {
		d.views.Add(b.View, now)
	}
}
