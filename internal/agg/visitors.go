package agg

import (
	"cmp"

	"github.com/rumtop/rumtop/internal/beacon"
)

// visitors are who sent beacons: pairs of user and session. Users are counted
// by the key of a beacon (its user, else its session, else its view), which has
// an index of its own.
type visitors struct {
	ids  keyTable // by mix: 64 bits of it are taken for the pair itself
	list paged[visitor]

	users keyTable      // by beacon.Beacon.Key
	known paged[uint32] // visitors of each user
}

// visitor is a pair of user and session.
type visitor struct {
	session uint64
	user    uint32 // visitors.users, 0: nobody
	rows    uint32 // retained rows; the upper bit says that user is no session or view
}

// named is the bit of visitor.rows.
const named = 1 << 31

func (v *visitors) init() {
	v.ids.add(0)
	v.users.add(0)
	v.list.push(visitor{})
	v.known.push(0)
}

// user is whom a row counts for, 0 if nobody.
func (v *visitors) user(who uint32) uint32 { return v.list.at(who).user }

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
	u, _ := v.users.add(uint64(cmp.Or(user, session, view)))
	v.known.grow(int(u) + 1)
	*v.known.at(u)++
	v.list.grow(int(id) + 1)
	w := v.list.at(id)
	*w = visitor{session: uint64(session), user: u}
	if user != 0 {
		w.rows = named
	}
	return id
}

// release takes one retained row from a visitor.
func (v *visitors) release(id uint32) {
	w := v.list.at(id)
	if w.rows--; w.rows&^named > 0 || id == 0 {
		return
	}
	v.ids.remove(id)
	if known := v.known.at(w.user); w.user != 0 {
		if *known--; *known == 0 {
			v.users.remove(w.user)
		}
	}
}

// identifiers gives back what was added, but for the view.
func (v *visitors) identifiers(id uint32) (user, session beacon.ID) {
	w := v.list.at(id)
	if w.rows&named != 0 {
		user = beacon.ID(*v.users.keys.at(w.user))
	}
	return user, beacon.ID(w.session)
}

func (v *visitors) bytes() int {
	return v.ids.bytes() + v.users.bytes() + 16*v.list.room() + 4*v.known.room()
}
