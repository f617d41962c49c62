package agg

import (
	"cmp"

	"github.com/rumtop/rumtop/internal/beacon"
)

// visitors are who sent beacons: pairs of user and session. Users are counted
// by the key of a beacon (its user, else its session, else its view), which has
// an index of its own.
type visitors struct {
	ids     keyTable // by a mix of both: 64 bits of it are taken for the pair itself
	session []uint64
	user    []uint32 // users, 0: nobody
	named   []bool   // user is the beacon's user, not its session or view
	rows    []uint32 // retained rows

	users     keyTable
	userCount []uint32 // visitors of each user
}

func (v *visitors) init() {
	v.ids.add(0)
	v.users.add(0)
	v.session, v.user, v.named, v.rows = []uint64{0}, []uint32{0}, []bool{false}, []uint32{0}
	v.userCount = []uint32{0}
}

// mix is what a visitor is looked up by, 0 for who sent no identifier.
func mix(user, session, view beacon.ID) uint64 {
	if user == 0 && session == 0 {
		return uint64(view) * (spread + 2)
	}
	return uint64(user)*spread ^ uint64(session)
}

// add gives whoever sent a beacon an index; 0 is who sent no identifier.
func (v *visitors) add(user, session, view beacon.ID) uint32 {
	key := mix(user, session, view)
	if key == 0 {
		return 0
	}
	id, added := v.ids.add(key)
	if !added {
		return id
	}
	u, added := v.users.add(uint64(cmp.Or(user, session, view)))
	if added && int(u) == len(v.userCount) {
		v.userCount = append(v.userCount, 0)
	}
	v.userCount[u]++
	if int(id) == len(v.session) {
		v.session = append(v.session, 0)
		v.user = append(v.user, 0)
		v.named = append(v.named, false)
		v.rows = append(v.rows, 0)
	}
	v.session[id], v.user[id], v.named[id], v.rows[id] = uint64(session), u, user != 0, 0
	return id
}

// release takes one retained row from a visitor.
func (v *visitors) release(id uint32) {
	if v.rows[id]--; v.rows[id] > 0 || id == 0 {
		return
	}
	v.ids.remove(id)
	u := v.user[id]
	if v.userCount[u]--; v.userCount[u] == 0 && u != 0 {
		v.users.remove(u)
	}
}

// identifiers gives back what was added, but for the view.
func (v *visitors) identifiers(id uint32) (user, session beacon.ID) {
	if v.named[id] {
		user = beacon.ID(v.users.keys[v.user[id]])
	}
	return user, beacon.ID(v.session[id])
}

func (v *visitors) bytes() int {
	return v.ids.bytes() + v.users.bytes() + 8*cap(v.session) + 4*cap(v.user) + cap(v.named) + 4*cap(v.rows) + 4*cap(v.userCount)
}
