package store

import (
	"cmp"
	"strconv"

	"github.com/rumtop/rumtop/internal/beacon"
)

// IdentityTable holds the pairs of user and session ids that beacons carry.
// Users are counted by a beacon's key (its user, else its session, else its
// view), which has an index of its own.
type IdentityTable struct {
	byHash KeyTable // 64 bits of hash, taken for the pair itself
	list   Paged[identity]

	users   KeyTable      // by beacon.Beacon.Key
	perUser Paged[uint32] // number of identities of each user
}

// identity is a pair of user and session.
type identity struct {
	session uint64
	user    uint32 // in IdentityTable.users; 0: none
	rows    uint32 // retained rows, with hasUser
}

// hasUser marks, in identity.rows, that the user has a user id; otherwise it is
// counted by its session or its view.
const hasUser = 1 << 31

func (t *IdentityTable) init() {
	t.byHash.intern(0)
	t.users.intern(0)
	t.list.push(identity{})
	t.perUser.push(0)
}

// UserOf returns the user that the rows of an identity count for, 0 if none.
func (t *IdentityTable) UserOf(id uint32) uint32 { return t.list.Elem(id).user }

// UserBound returns a number larger than the index of every user.
func (t *IdentityTable) UserBound() int { return t.perUser.Len() }

// Len returns the number of identities.
func (t *IdentityTable) Len() int { return t.byHash.Len() }

// identityKey hashes an identity, to 0 if the beacon carries no id.
func identityKey(user, session, view beacon.ID) uint64 {
	if user == 0 && session == 0 {
		return uint64(view) * (spread + 2)
	}
	return uint64(user)*spread ^ uint64(session)
}

// intern returns the index of an identity, 0 if the beacon carries no id.
func (t *IdentityTable) intern(user, session, view beacon.ID) uint32 {
	key := identityKey(user, session, view)
	if key == 0 {
		return 0
	}
	id, added := t.byHash.intern(key)
	if !added {
		return id
	}
	u, _ := t.users.intern(uint64(cmp.Or(user, session, view)))
	t.perUser.Grow(int(u) + 1)
	*t.perUser.Elem(u)++
	t.list.Grow(int(id) + 1)
	e := t.list.Elem(id)
	*e = identity{session: uint64(session), user: u}
	if user != 0 {
		e.rows = hasUser
	}
	return id
}

// release removes one row of an identity, and the identity with its last row.
func (t *IdentityTable) release(id uint32) {
	e := t.list.Elem(id)
	if e.rows--; e.rows&^hasUser > 0 || id == 0 {
		return
	}
	t.byHash.remove(id)
	if n := t.perUser.Elem(e.user); e.user != 0 {
		if *n--; *n == 0 {
			t.users.remove(e.user)
		}
	}
}

// Identifiers returns the ids of an identity; 0 for those it has not.
func (t *IdentityTable) Identifiers(id uint32) (user, session beacon.ID) {
	e := t.list.Elem(id)
	if e.rows&hasUser != 0 {
		user = beacon.ID(t.users.Key(e.user))
	}
	return user, beacon.ID(e.session)
}

func (t *IdentityTable) bytes() int {
	return t.byHash.bytes() + t.users.bytes() + 16*t.list.Room() + 4*t.perUser.Room()
}

// SenderID names the sender of a row in lists of sessions: its session, else its
// user, else its view.
func (l *Log) SenderID(identity, view uint32) string {
	user, session := l.Identities.Identifiers(identity)
	id := uint64(cmp.Or(session, user))
	if id == 0 {
		id = l.Views.Key(view)
	}
	return hexID(id)
}

// WithID returns the identities of a sender, as named by SenderID; nil if there
// are none.
func (t *IdentityTable) WithID(id string) map[uint32]bool {
	want, err := strconv.ParseUint(id, 16, 64)
	if err != nil || want == 0 {
		return nil
	}
	var out map[uint32]bool
	for i := uint32(1); int(i) < t.list.Len(); i++ {
		user, session := t.Identifiers(i)
		is := uint64(cmp.Or(session, user))
		if is == 0 { // the user is counted by its view
			is = t.users.Key(t.UserOf(i))
		}
		if is == want && t.list.Elem(i).rows&^hasUser != 0 {
			if out == nil {
				out = map[uint32]bool{}
			}
			out[i] = true
		}
	}
	return out
}

// hexID formats an id as filters and screens show it: 16 digits.
func hexID(id uint64) string {
	const digits = "0123456789abcdef"
	var b [16]byte
	for i := range b {
		b[i] = digits[id>>(60-4*i)&15]
	}
	return string(b[:])
}
