package stitch

import (
	"hash/maphash"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/rumtop/rumtop/collector/wire"
	"github.com/rumtop/rumtop/internal/beacon"
)

// clients finds the client that sent a beacon, under each id that it names: its
// session, its user, and its place (address, browser and languages). SDKs name
// the session in some beacons of a page and nothing, or the user, in others. Such
// beacons are tied together where nothing tells two people apart:
//
//   - A beacon that names nothing is of the only named client that its place had
//     lately, or of the only one that showed its page last. In any other case it
//     is of whoever names nothing there.
//   - A beacon that names a session or a user for the first time is of a client of
//     its place that showed its page last and that lacks what the beacon names,
//     if there is one such client. Else it is of a new client.
//   - A beacon that names a session of one user and another user goes to the other
//     user's client, if that has no session and is at the same place.
//
// So two people behind one address with the same browser are two if each of them
// names something, or if their pages differ.
type clients struct {
	evictions
	seed   maphash.Seed
	byID   *lru.Cache[uint64, *client] // by session and by user
	places *lru.Cache[uint64, *place]
}

// Named is what a beacon names, as viewers know it; 0 for what it does not name.
type Named struct{ Session, User beacon.ID }

// place is an address, browser and languages, and the clients there.
type place struct {
	unnamed *client   // of all beacons that name nothing
	named   []*client // the latest first
	crowded time.Time // when there were last more than maxPlaceClients
}

const (
	maxClients      = 1 << 14
	maxPlaceClients = 8

	// clientIdle is how long a client is taken to be at its place after its last
	// beacon: as long as SDKs keep an idle session.
	clientIdle = 30 * time.Minute
)

func newClients() clients {
	byID, err := lru.New[uint64, *client](maxClients)
	if err != nil {
		panic(err) // only for a size below one
	}
	places, err := lru.New[uint64, *place](maxClients)
	if err != nil {
		panic(err) // only for a size below one
	}
	return clients{seed: maphash.MakeSeed(), byID: byID, places: places}
}

// clientOf finds the client of a beacon that shows a page, or adds it.
func (cs *clients) clientOf(raw *wire.Beacon, named Named, s *Sender, page uint64) *client {
	at := cs.placeOf(s)
	session, user := cs.key(s.Site, "session", raw.Session), cs.key(s.Site, "user", raw.User)
	c, u := cs.find(session), cs.find(user)
	switch {
	case u == nil:
	case c == nil:
		// A user's client is also known elsewhere, unless it has a session: then
		// the user may have another device.
		if u.named.Session == 0 || session == 0 && slices.Contains(at.named, u) {
			c = u
		}
	case c != u && c.named.User != 0 && u.named.Session == 0 && slices.Contains(at.named, u):
		// The session goes on with another user, whose beacon came without it.
		c = u
	}
	if c == nil {
		c = at.clientFor(named, page, s.Now)
	}
	if c == nil {
		c = new(client)
	}
	if session != 0 {
		c.named.Session = named.Session
		cs.countIf(cs.byID.Add(session, c))
	}
	if user != 0 {
		c.named.User = named.User
		cs.countIf(cs.byID.Add(user, c))
	}
	at.add(c, s.Now)
	return c
}

// key is 0 for an id that is not named.
func (cs *clients) key(site, kind, id string) uint64 {
	if id == "" {
		return 0
	}
	return maphash.Comparable(cs.seed, [3]string{site, kind, id})
}

func (cs *clients) find(key uint64) *client {
	if key == 0 {
		return nil
	}
	c, _ := cs.byID.Get(key)
	return c
}

func (cs *clients) placeOf(s *Sender) *place {
	key := maphash.Comparable(cs.seed, [2]string{s.Site, s.Client()})
	p, ok := cs.places.Get(key)
	if !ok {
		p = new(place)
		cs.countIf(cs.places.Add(key, p))
	}
	return p
}

// clientFor finds the client of a beacon whose ids are not known; nil if there is
// none, or if it may be of several.
func (p *place) clientFor(named Named, page uint64, now time.Time) *client {
	p.named = slices.DeleteFunc(p.named, func(c *client) bool { return now.Sub(c.last) >= clientIdle })
	isCrowded := now.Sub(p.crowded) < clientIdle
	if named == (Named{}) {
		switch only := p.onlyOne(named, page); {
		case isCrowded:
		case len(p.named) == 1:
			return p.named[0]
		case only != nil:
			return only
		}
		return p.unnamed
	}
	if isCrowded {
		return nil
	}
	only := p.onlyOne(named, page)
	if u := p.unnamed; u != nil && u.shows(page) {
		if only != nil {
			return nil
		}
		only = u
	}
	return only
}

// onlyOne is the only named client that lacks what a beacon names and shows its
// page; nil if there are several or none.
func (p *place) onlyOne(named Named, page uint64) (only *client) {
	for _, c := range p.named {
		if !c.shows(page) || named.Session != 0 && c.named.Session != 0 || named.User != 0 && c.named.User != 0 {
			continue
		}
		if only != nil {
			return nil
		}
		only = c
	}
	return only
}

// add records that a client is at the place.
func (p *place) add(c *client, now time.Time) {
	c.last = now
	if c.named == (Named{}) {
		p.unnamed = c
		return
	}
	if p.unnamed == c {
		p.unnamed = nil
	}
	p.named = append([]*client{c}, slices.DeleteFunc(p.named, func(old *client) bool { return old == c })...)
	if len(p.named) > maxPlaceClients {
		p.named, p.crowded = p.named[:maxPlaceClients], now
	}
}
