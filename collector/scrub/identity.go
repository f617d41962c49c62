package scrub

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// masterSize is the size of the master secret in bytes.
const masterSize = 32

// IdentityConfig is the source of the master secret. The zero value makes a random
// one that ends with the process.
type IdentityConfig struct {
	// Secret is the master secret, at least 32 bytes, for collectors that share it
	// by other means. It takes precedence over KeyFile.
	Secret []byte
	// KeyFile shares the master secret among the collectors that can read it,
	// as 64 hexadecimal digits. It is created with mode 0600 if it is absent, and
	// refused if its group or others may read or write it.
	KeyFile string
	// Rand is the source of new secrets, crypto/rand if nil.
	Rand io.Reader
}

// Identity turns the identifiers that clients choose into keyed hashes. The key is
// derived for each UTC day from the master secret, so a user's hashes of two days
// cannot be linked without it. Safe for concurrent use.
type Identity struct {
	master atomic.Pointer[[]byte]
	today  atomic.Pointer[dayKey]
}

// dayKey is a day's key, as a pool of keyed MACs: a new one costs two more SHA-256
// blocks and several allocations.
type dayKey struct {
	day    int64   // since the Unix epoch
	master *[]byte // it was derived from
	macs   sync.Pool
}

type mac struct {
	hash.Hash
	in  []byte
	out [sha256.Size]byte
}

// NewIdentity reads or makes the master secret.
func NewIdentity(c IdentityConfig) (*Identity, error) {
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	master, err := c.Secret, error(nil)
	switch {
	case len(c.Secret) > 0:
	case c.KeyFile != "":
		master, err = sharedMaster(c.KeyFile, c.Rand)
	default:
		master, err = newMaster(c.Rand)
	}
	if err != nil {
		return nil, err
	}
	id := &Identity{}
	if err := id.Adopt(master); err != nil {
		return nil, err
	}
	return id, nil
}

// Adopt replaces the master secret, for a collector that learns the shared one only
// after its start. Users with a hash under the old secret get another one, and count
// twice until the day ends.
func (id *Identity) Adopt(secret []byte) error {
	if len(secret) < masterSize {
		return fmt.Errorf("identity secret: %d bytes: use at least %d", len(secret), masterSize)
	}
	master := bytes.Clone(secret)
	id.master.Store(&master)
	return nil
}

// Hash gives the hash of the identifier raw of a site for one purpose (user, session,
// view, beacon) on the UTC day of at: HMAC-SHA256, cut to 64 bits. The same input
// under the same master secret has the same hash all day; another purpose, site or
// day has an unrelated one. The hash is 0 for an empty raw and never otherwise.
func (id *Identity) Hash(purpose, site, raw string, at time.Time) beacon.ID {
	if raw == "" {
		return 0
	}
	k := id.key(at)
	m := k.macs.Get().(*mac)
	// Lengths before the parts make the encoding of each input unique.
	in := binary.AppendUvarint(m.in[:0], uint64(len(purpose)))
	in = append(in, purpose...)
	in = binary.AppendUvarint(in, uint64(len(site)))
	in = append(in, site...)
	in = append(in, raw...)
	m.in = in
	m.Reset()
	m.Write(in)
	h := binary.BigEndian.Uint64(m.Sum(m.out[:0]))
	if cap(m.in) > 4<<10 {
		m.in = nil
	} else {
		clear(m.in)
	}
	k.macs.Put(m)
	if h == 0 {
		h = 1
	}
	return beacon.ID(h)
}

// key gives the key of at's day. Around midnight two days may alternate; deriving a
// key costs about a microsecond, so one is kept.
func (id *Identity) key(at time.Time) *dayKey {
	day := floorDay(at.Unix())
	master := id.master.Load()
	if k := id.today.Load(); k != nil && k.day == day && k.master == master {
		return k
	}
	d := hmac.New(sha256.New, *master)
	d.Write([]byte("rumtop identity "))
	d.Write(binary.BigEndian.AppendUint64(nil, uint64(day)))
	key := d.Sum(nil)
	k := &dayKey{day: day, master: master}
	k.macs.New = func() any { return &mac{Hash: hmac.New(sha256.New, key)} }
	id.today.Store(k)
	return k
}

func floorDay(unix int64) int64 {
	const day = 24 * 60 * 60
	d := unix / day
	if unix%day < 0 {
		d--
	}
	return d
}
