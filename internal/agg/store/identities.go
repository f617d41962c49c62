package store

import (
	"cmp"
	"strconv"

	"github.com/rumtop/rumtop/internal/beacon"
)

// IdentityTable are who sent beacons: pairs of user and session. Users are counted
// by the key of a beacon (its user, else its session, else its view), which has
// an index of its own.
type IdentityTable struct {
	byHash KeyTable // by mix: 64 bits of it are taken for the pair itself
	list   Paged[identity]

	users   KeyTable      // by beacon.Beacon.Key
	perUser Paged[uint32] // visitors of each user
}

// identity is a pair of user and session.
type identity struct {
	session uint64
	user    uint32 // visitors.users, 0: nobody
	rows    uint32 // retained rows; the upper bit says that user is no session or view
}

// hasUser is the bit of visitor.rows.
const hasUser = 1 << 31

func (v *IdentityTable) init() {
	v.byHash.intern(0)
	v.users.intern(0)
	v.list.push(identity{})
	v.perUser.push(0)
}

// UserOf is whom a row counts for, 0 if nobody.
func (v *IdentityTable) UserOf(who uint32) uint32 { return v.list.Elem(who).user }

// identityKey is what a visitor is looked up by, 0 for who sent no identifier.
func identityKey(user, session, view beacon.ID) uint64 {
	if user == 0 && session == 0 {
		return uint64(view) * (spread + 2)
	}
	return uint64(user)*spread ^ uint64(session)
}

// intern gives whoever sent a beacon an index; 0 is who sent no identifier.
func (v *IdentityTable) intern(user, session, view beacon.ID) uint32 {
	key := identityKey(user, session, view)
	if key == 0 {
		return 0
	}
	id, added := v.byHash.intern(key)
	if !added {
		return id
	}
	u, _ := v.users.intern(uint64(cmp.Or(user, session, view)))
	v.perUser.Grow(int(u) + 1)
	*v.perUser.Elem(u)++
	v.list.Grow(int(id) + 1)
	w := v.list.Elem(id)
	*w = identity{session: uint64(session), user: u}
	if user != 0 {
		w.rows = hasUser
	}
	return id
}

// release takes one retained row from a visitor.
func (v *IdentityTable) release(id uint32) {
	w := v.list.Elem(id)
	if w.rows--; w.rows&^hasUser > 0 || id == 0 {
		return
	}
	v.byHash.remove(id)
	if known := v.perUser.Elem(w.user); w.user != 0 {
		if *known--; *known == 0 {
			v.users.remove(w.user)
		}
	}
}

// Identifiers gives back what was added, but for the view.
func (v *IdentityTable) Identifiers(id uint32) (user, session beacon.ID) {
	w := v.list.Elem(id)
	if w.rows&hasUser != 0 {
		user = beacon.ID(*v.users.keys.Elem(w.user))
	}
	return user, beacon.ID(w.session)
}

// UserBound is larger than the indexes of all users.
func (v *IdentityTable) UserBound() int { return v.perUser.Len() }

func (v *IdentityTable) Len() int { return v.byHash.Len() }

func (v *IdentityTable) bytes() int {
	return v.byHash.bytes() + v.users.bytes() + 16*v.list.Room() + 4*v.perUser.Room()
}

// SenderID names who sent a row.
func (l *Log) SenderID(who, view uint32) string {
	user, session := l.Identities.Identifiers(who)
	id := uint64(cmp.Or(session, user))
	if id == 0 {
		id = *l.Views.keys.Elem(view)
	}
	return hexID(id)
}

// WithID is which visitors have an id, as sessionID gives it; nil if none has.
func (v *IdentityTable) WithID(id string) map[uint32]bool {
	want, err := strconv.ParseUint(id, 16, 64)
	if err != nil || want == 0 {
		return nil
	}
	var out map[uint32]bool
	for who := uint32(1); int(who) < v.list.Len(); who++ {
		user, session := v.Identifiers(who)
		is := uint64(cmp.Or(session, user))
		if is == 0 { // the key that the visitor is counted by is the view
			is = *v.users.keys.Elem(v.UserOf(who))
		}
		if is == want && v.list.Elem(who).rows&^hasUser != 0 {
			if out == nil {
				out = map[uint32]bool{}
			}
			out[who] = true
		}
	}
	return out
}
