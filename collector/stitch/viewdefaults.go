package stitch

import (
	"hash/maphash"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/rumtop/rumtop/internal/beacon"
)

// ViewDefaults remembers of recent views what some SDKs report once per view:
// the page, the session and the user.
type ViewDefaults struct {
	evictions
	seed  maphash.Seed
	views *lru.Cache[beacon.ID, viewDefault]
}

type viewDefault struct {
	page   string
	named  Named
	client uint64 // hash of the client that named them
}

const maxDefaultViews = 1 << 14

// NewViewDefaults returns an empty one.
func NewViewDefaults() *ViewDefaults {
	views, err := lru.New[beacon.ID, viewDefault](maxDefaultViews)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &ViewDefaults{seed: maphash.MakeSeed(), views: views}
}

// Fill sets the page, session and user of a beacon that has none to those of an
// earlier beacon of its view. Session and user must come from the same client:
// what an SDK calls a view may be shared, such as a trace in a cached page.
func (d *ViewDefaults) Fill(b *beacon.Beacon, s *Sender) {
	if b.View == 0 {
		return
	}
	known, _ := d.views.Get(b.View)
	now := viewDefault{b.Dims[beacon.Page], Named{b.Session, b.User}, maphash.String(d.seed, s.Client())}
	if now.page == "" {
		now.page = known.page
	}
	if now.client == known.client {
		if now.named.Session == 0 {
			now.named.Session = known.named.Session
		}
		if now.named.User == 0 {
			now.named.User = known.named.User
		}
	}
	b.Dims[beacon.Page], b.Session, b.User = now.page, now.named.Session, now.named.User
	if now != known {
		d.countIf(d.views.Add(b.View, now))
	}
}
