package store

import (
	"cmp"
	"strconv"

	"github.com/rumtop/rumtop/internal/beacon"
)

// IdentityTable tells who sent a row. An identity is a session; a user without a
// session; a page view whose rows name neither; or a second user of a session.
// It counts for one user, an index in a table of its own, from which sets of
// users are made.
//
// A session that names no user counts as a user itself, until its first user is
// named: then all of its rows count for that user. A page view without session
// and user is likewise a stand-in, until one is named in it. So a user that a
// page learns late is one user. Rows refer to the identity, so that nothing in
// the log changes.
type IdentityTable struct {
	byHash  KeyTable // by identityKey, or pairKey of a second user
	list    Paged[identity]
	seconds map[uint32]uint64 // the sessions of second users, by identity

	users   KeyTable      // by identityKey, or pairKey of a user id alone
	perUser Paged[uint32] // number of identities of each user

	merges []Merge
}

// Merge says that two users turned out to be one: what was counted for From
// counts for To. From may be the index of another user afterwards.
type Merge struct{ From, To uint32 }

// identity is who sent a number of rows. Its ids are the keys of the tables.
type identity struct {
	of   uint32 // the user that it counts for; of one that isOwned, its owner
	refs uint32 // rows, page views and identities that refer to it, with flags
}

// Flags in identity.refs.
const (
	hasSession = 1 << 31 // it is a session, or a second user of one
	hasUser    = 1 << 30 // a user was named
	isSecond   = 1 << 29 // it is a second user
	isOwned    = 1 << 28 // it is a page view that turned out to be of another identity
	refCount   = isOwned - 1
)

// What a row named itself, beside the identity that it refers to.
const (
	namesUser    = 1 << 31
	namesSession = 1 << 30
	namesAny     = namesUser | namesSession
)

func (t *IdentityTable) init() {
	t.seconds = map[uint32]uint64{}
	t.byHash.intern(0)
	t.users.intern(0)
	t.list.push(identity{})
	t.perUser.push(0)
}

// sender returns the identity that sent a row.
func (t *IdentityTable) sender(ref uint32) uint32 {
	id := ref &^ namesAny
	if e := t.list.Elem(id); e.refs&isOwned != 0 {
		return e.of
	}
	return id
}

// UserOf returns the user that a row counts for, 0 if none, by what Chunk.Identity
// has of it.
func (t *IdentityTable) UserOf(ref uint32) uint32 {
	e := t.list.Elem(ref &^ namesAny)
	if e.refs&isOwned != 0 {
		e = t.list.Elem(e.of)
	}
	return e.of
}

// userID returns the user that an identity was named, 0 if none so far.
func (t *IdentityTable) userID(id uint32) beacon.ID {
	e := t.list.Elem(id)
	if e.refs&hasUser == 0 {
		return 0
	}
	return beacon.ID(t.users.Key(e.of) * unspread)
}

// sessionID returns the session of an identity, 0 if none.
func (t *IdentityTable) sessionID(id uint32) beacon.ID {
	switch e := t.list.Elem(id); {
	case e.refs&isSecond != 0:
		return beacon.ID(t.seconds[id])
	case e.refs&hasSession != 0:
		return beacon.ID(t.byHash.Key(id))
	}
	return 0
}

// UserBound returns a number larger than the index of every user.
func (t *IdentityTable) UserBound() int { return t.perUser.Len() }

// Len returns the number of identities.
func (t *IdentityTable) Len() int { return t.byHash.Len() }

// Merges returns the users that turned out to be one since the last call, in
// order. The result is valid until the next row is identified.
func (t *IdentityTable) Merges() []Merge {
	m := t.merges
	t.merges = t.merges[:0]
	return m
}

// identityKey hashes what a row is identified by: its session, else its user,
// else its view; to 0 if it names none.
func identityKey(user, session, view beacon.ID) uint64 {
	switch {
	case session != 0:
		return uint64(session)
	case user != 0:
		return pairKey(user, 0)
	}
	return uint64(view) * (spread + 2)
}

// unspread undoes a multiplication by spread, modulo 2⁶⁴.
const unspread = 0xf1de83e19937733d

// pairKey hashes a user, in a session of another or in none.
func pairKey(user, session beacon.ID) uint64 { return uint64(user)*spread ^ uint64(session) }

// identify returns what Chunk.Identity has of a row: an identity and what the row
// names itself, 0 if it names nothing. The row must be appended to the log.
func (l *Log) identify(user, session, viewID beacon.ID, view uint32) uint32 {
	t := &l.Identities
	if user == 0 && session == 0 {
		return l.identifyView(viewID, view)
	}
	id := t.find(user, session)
	if view != 0 {
		l.ownView(view, id)
	}
	t.list.Elem(id).refs++
	if user != 0 {
		id |= namesUser
	}
	if session != 0 {
		id |= namesSession
	}
	return id
}

// identifyView returns the owner of a page view for a row that names nothing else.
func (l *Log) identifyView(id beacon.ID, view uint32) uint32 {
	if view == 0 {
		return 0
	}
	t, owner := &l.Identities, l.viewOwner.Elem(view)
	if *owner == 0 {
		*owner = t.intern(identityKey(0, 0, id), 0, 0)
		t.list.Elem(*owner).refs++
	}
	t.list.Elem(*owner).refs++
	return *owner
}

// ownView records that a row of a page view named an identity.
func (l *Log) ownView(view, id uint32) {
	t, owner := &l.Identities, l.viewOwner.Elem(view)
	old := *owner
	if old == id {
		return
	}
	switch has, named := t.list.Elem(old).refs, t.list.Elem(id).refs; {
	case old == 0 || has&(hasSession|hasUser) == 0:
		t.list.Elem(id).refs++
		if old != 0 {
			t.disown(old, id)
			t.release(old)
		}
		*owner = id
	case has&hasUser == 0 && named&hasSession == 0:
		t.name(old, t.userID(id))
	case has&hasSession == 0 && named&hasUser == 0:
		t.name(id, t.userID(old))
	}
}

// find returns the identity of a user and a session, a new one if there is none;
// one of the two may be 0.
func (t *IdentityTable) find(user, session beacon.ID) uint32 {
	var flags uint32
	if session != 0 {
		flags = hasSession
	}
	id := t.intern(identityKey(user, session, 0), user, flags)
	switch known := t.userID(id); {
	case user == 0 || known == user:
		return id
	case known == 0:
		t.name(id, user)
		return id
	}
	second := t.intern(pairKey(user, session), user, hasSession|isSecond)
	t.seconds[second] = uint64(session)
	return second
}

// intern returns the identity with a key. A new one gets the user, if it is not 0,
// and the flags.
func (t *IdentityTable) intern(key uint64, user beacon.ID, flags uint32) uint32 {
	id, added := t.byHash.intern(key)
	if !added {
		return id
	}
	t.list.Grow(int(id) + 1)
	if user != 0 {
		key, flags = pairKey(user, 0), flags|hasUser
	}
	of, _ := t.users.intern(key)
	t.perUser.Grow(int(of) + 1)
	*t.perUser.Elem(of)++
	*t.list.Elem(id) = identity{of, flags}
	return id
}

// name gives a session its first user. The user that stood for it becomes that
// user, under the same index if the user has none yet.
func (t *IdentityTable) name(id uint32, user beacon.ID) {
	e, key := t.list.Elem(id), pairKey(user, 0)
	e.refs |= hasUser
	to, known := t.users.find(key)
	if !known {
		t.users.rename(e.of, key)
		return
	}
	t.merge(e.of, to)
	e.of = to
	*t.perUser.Elem(to)++
}

// disown makes the identity of a page view that of another identity.
func (t *IdentityTable) disown(view, owner uint32) {
	e, to := t.list.Elem(view), t.list.Elem(owner)
	t.merge(e.of, to.of)
	e.of = owner
	e.refs |= isOwned
	to.refs++
}

// merge replaces the user of an identity that had one to itself.
func (t *IdentityTable) merge(from, to uint32) {
	t.merges = append(t.merges, Merge{from, to})
	t.dropFrom(from)
}

// dropFrom removes an identity from those of a user, and the user with its last.
func (t *IdentityTable) dropFrom(user uint32) {
	n := t.perUser.Elem(user)
	if *n--; *n == 0 {
		t.users.remove(user)
	}
}

// retain adds a reference to an identity, for one more row of its sender.
func (t *IdentityTable) retain(ref uint32) {
	if id := ref &^ namesAny; id != 0 {
		t.list.Elem(id).refs++
	}
}

// release removes one reference to an identity, and the identity with its last.
func (t *IdentityTable) release(ref uint32) {
	id := ref &^ namesAny
	if id == 0 {
		return
	}
	e := t.list.Elem(id)
	if e.refs--; e.refs&refCount > 0 {
		return
	}
	t.byHash.remove(id)
	if e.refs&isSecond != 0 {
		delete(t.seconds, id)
	}
	of, owned := e.of, e.refs&isOwned != 0
	*e = identity{}
	if owned {
		t.release(of)
	} else {
		t.dropFrom(of)
	}
}

// Named returns the ids that a row names itself; 0 for those it does not.
func (t *IdentityTable) Named(ref uint32) (user, session beacon.ID) {
	id := ref &^ namesAny
	if ref&namesUser != 0 {
		user = t.userID(id)
	}
	if ref&namesSession != 0 {
		session = t.sessionID(id)
	}
	return user, session
}

// Identifiers returns the ids of who sent a row, whether the row names them or
// not; 0 for those that nothing has named.
func (t *IdentityTable) Identifiers(ref uint32) (user, session beacon.ID) {
	id := t.sender(ref)
	return t.userID(id), t.sessionID(id)
}

func (t *IdentityTable) bytes() int {
	return t.byHash.bytes() + t.users.bytes() + 8*t.list.Room() + 4*t.perUser.Room() + 8*cap(t.merges) + 32*len(t.seconds)
}

// SenderID is a row's sender in lists of sessions: its session, else its user,
// else its view; 0 if it has none of them.
func (l *Log) SenderID(c *Chunk, i int) beacon.ID {
	user, session := l.Identities.Identifiers(c.Identity[i])
	return cmp.Or(session, user, beacon.ID(l.Views.Key(c.View[i])))
}

// SenderTest returns a test for the rows of a sender, by its ID as text, as
// Chunk.Identity has them; nil if there are none.
func (t *IdentityTable) SenderTest(id string) func(ref uint32) bool {
	want, err := strconv.ParseUint(id, 16, 64)
	if err != nil || want == 0 {
		return nil
	}
	ofView := identityKey(0, 0, beacon.ID(want))
	found := map[uint32]bool{}
	for i := uint32(1); int(i) < t.list.Len(); i++ {
		user, session := t.Identifiers(i)
		is := uint64(cmp.Or(session, user)) == want || user == 0 && session == 0 && t.byHash.Key(i) == ofView
		if is && t.list.Elem(i).refs&refCount != 0 {
			found[i] = true
		}
	}
	if len(found) == 0 {
		return nil
	}
	return func(ref uint32) bool { return found[ref&^namesAny] }
}
