package collector

import (
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/rumtop/rumtop/internal/beacon"
)

// recall remembers of recent views what SDKs say once and then no more: the page
// and the user. In bounded memory, and only in this process.
type recall struct {
	views *lru.Cache[beacon.ID, recalled]
}

type recalled struct {
	page string
	user beacon.ID
}

const maxRecalled = 1 << 14

func newRecall() *recall {
	views, err := lru.New[beacon.ID, recalled](maxRecalled)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &recall{views: views}
}

// fill gives a beacon what an earlier one of its view has said.
func (r *recall) fill(b *beacon.Beacon) {
	if b.View == 0 {
		return
	}
	known, _ := r.views.Get(b.View)
	if b.Dims[beacon.Page] == "" {
		b.Dims[beacon.Page] = known.page
	}
	if b.User == 0 {
		b.User = known.user
	}
	if now := (recalled{b.Dims[beacon.Page], b.User}); now != known {
		r.views.Add(b.View, now)
	}
}
