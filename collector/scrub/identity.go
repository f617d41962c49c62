package scrub

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

// masterSize is the size of the master secret in bytes.
const masterSize = 32

// IdentityConfig says where the master secret comes from. The zero value makes
// a random one that lives and dies with the process.
type IdentityConfig struct {
	// Secret is the master secret, at least 32 bytes, for collectors that share
	// it by a way of their own. It wins over KeyFile.
	Secret []byte
	// KeyFile shares the master secret among the collectors that can read it,
	// as 64 hexadecimal digits. It is created with mode 0600 if it is absent, and
	// refused if its group or others may read or write it.
	KeyFile string
	// Rand is the source of new secrets, crypto/rand if nil.
	Rand io.Reader
}

// Identity turns the identifiers that clients chose into keyed hashes. The key
// is derived for each UTC day from the master secret, so one person's hashes of
// two days cannot be linked without it. Safe for concurrent use.
type Identity struct {
	master atomic.Pointer[[]byte]
	today  atomic.Pointer[dayKey]
}

// dayKey is a day's key, as MACs that are ready to be used: keying anew costs
// two more SHA-256 blocks and several allocations.
type dayKey struct {
	day    int64   // since the Unix epoch
	master *[]byte // that it was derived from
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
	var master []byte
	var err error
	switch {
	case len(c.Secret) > 0:
		return adopted(c.Secret)
	case c.KeyFile != "":
		master, err = sharedMaster(c.KeyFile, c.Rand)
	default:
		master, err = newMaster(c.Rand)
	}
	if err != nil {
		return nil, err
	}
	return adopted(master)
}

func adopted(secret []byte) (*Identity, error) {
	id := &Identity{}
	return id, id.Adopt(secret)
}

// Adopt replaces the master secret, for a collector that learns the shared one
// only after it has begun. Who was seen under the old one is another person from
// now on, until the day ends.
func (id *Identity) Adopt(secret []byte) error {
	if len(secret) < masterSize {
		return fmt.Errorf("identity secret: %d bytes, want at least %d", len(secret), masterSize)
	}
	master := bytes.Clone(secret)
	id.master.Store(&master)
	return nil
}

// Hash gives the identifier raw of a site for one purpose (user, session, view,
// beacon) on the UTC day of at: HMAC-SHA256, cut to 64 bits. The same input
// under the same master secret gives the same hash all day; another purpose,
// site or day gives an unrelated one. It is 0 for an empty raw and never
// otherwise.
func (id *Identity) Hash(purpose, site, raw string, at time.Time) beacon.ID {
	if raw == "" {
		return 0
	}
	k := id.key(at)
	m := k.macs.Get().(*mac)
	// Lengths before the parts: no two inputs share an encoding.
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

// key gives the key of at's day. Around midnight two days may be asked for in
// turn; deriving costs about a microsecond, so one place is enough.
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

func newMaster(r io.Reader) ([]byte, error) {
	m := make([]byte, masterSize)
	if _, err := io.ReadFull(r, m); err != nil {
		return nil, fmt.Errorf("make identity secret: %w", err)
	}
	return m, nil
}

// sharedMaster reads the master secret from a file, making it first if there is
// none. Of several collectors that start at once one wins, and all read its
// secret: the file appears complete, by a link.
func sharedMaster(path string, r io.Reader) ([]byte, error) {
	m, err := readMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	if err := createMaster(path, r); err != nil && !errors.Is(err, fs.ErrExist) {
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			err = p.Err // the temporary file's name says nothing
		}
		return nil, fmt.Errorf("create identity key file %s: %w", path, err)
	}
	return readMaster(path)
}

func createMaster(path string, r io.Reader) error {
	m, err := newMaster(r)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".identity-*") // 0600
	if err != nil {
		return err
	}
	// The link keeps the file under its name; a leftover is harmless.
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(hex.EncodeToString(m) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Link(f.Name(), path)
}

func readMaster(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open identity key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("stat identity key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("identity key file %s is not a regular file", path)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return nil, fmt.Errorf("identity key file %s has mode %04o: others may use it; run chmod 600 and consider a new key", path, perm)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1<<10))
	if err != nil {
		return nil, fmt.Errorf("read identity key file: %w", err)
	}
	m, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(m) < masterSize {
		return nil, fmt.Errorf("identity key file %s must hold at least %d hexadecimal digits; remove it to have a new one made", path, 2*masterSize)
	}
	return m, nil
}
