package scrub

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/beacon"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func newIdentity(t *testing.T, c IdentityConfig) *Identity {
	t.Helper()
	id, err := NewIdentity(c)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestHashInputsDiffer(t *testing.T) {
	id := newIdentity(t, IdentityConfig{})
	h := id.Hash("user", "shop", "jane@example.com", noon)
	if h == 0 {
		t.Fatal("hash 0 means that the client sent no identifier")
	}
	if id.Hash("user", "shop", "", noon) != 0 {
		t.Error("an empty identifier has a hash")
	}
	if got := id.Hash("user", "shop", "jane@example.com", noon.Add(11*time.Hour)); got != h {
		t.Error("the hash changed within a day")
	}
	others := map[string]beacon.ID{
		"purpose":   id.Hash("session", "shop", "jane@example.com", noon),
		"site":      id.Hash("user", "blog", "jane@example.com", noon),
		"user":      id.Hash("user", "shop", "joe@example.com", noon),
		"day":       id.Hash("user", "shop", "jane@example.com", noon.Add(12*time.Hour)),
		"master":    newIdentity(t, IdentityConfig{}).Hash("user", "shop", "jane@example.com", noon),
		"separator": id.Hash("usershop", "", "jane@example.com", noon),
		"moved":     id.Hash("user", "shopj", "ane@example.com", noon),
	}
	for what, o := range others {
		if o == h {
			t.Errorf("another %s has the same hash", what)
		}
	}
	if id.Hash("user", "shop", "jane@example.com", noon) != h {
		t.Error("the day's key was not derived again after another day's")
	}
}

// Collectors of two versions that share a key file must agree.
func TestHashDerivationFixed(t *testing.T) {
	id := newIdentity(t, IdentityConfig{Secret: bytes.Repeat([]byte{7}, 32)})
	if got, want := id.Hash("user", "shop", "jane", noon), beacon.ID(0x4d1e41e59ad4d5db); got != want {
		t.Errorf("got %#x, want %#x", uint64(got), uint64(want))
	}
}

func TestHashConcurrentDaysStable(t *testing.T) {
	id := newIdentity(t, IdentityConfig{})
	want := [2]beacon.ID{id.Hash("user", "shop", "jane", noon), id.Hash("user", "shop", "jane", noon.AddDate(0, 0, 1))}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 500 {
				if got := id.Hash("user", "shop", "jane", noon.AddDate(0, 0, i&1)); got != want[i&1] {
					t.Errorf("day %d: got %x, want %x", i&1, got, want[i&1])
				}
			}
		})
	}
	wg.Wait()
}

func TestKeyFileConcurrentStartShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "identity.key")
	hashes := make([]beacon.ID, 8)
	var wg sync.WaitGroup
	for i := range hashes {
		wg.Go(func() {
			id, err := NewIdentity(IdentityConfig{KeyFile: path})
			if err != nil {
				t.Error(err)
				return
			}
			hashes[i] = id.Hash("user", "shop", "jane", noon)
		})
	}
	wg.Wait()
	for _, h := range hashes {
		if h != hashes[0] {
			t.Fatalf("collectors that started together disagree: %x", hashes)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("created with mode %o", info.Mode().Perm())
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("files left: %v, %v", left, err)
	}
}

func TestKeyFileBadRefused(t *testing.T) {
	good := hex.EncodeToString(make([]byte, 32))
	for _, c := range []struct {
		name, text, want string
		mode             os.FileMode
	}{
		{"wide", good, "chmod 600", 0o640},
		{"world", good, "chmod 600", 0o604},
		{"short", "abcd", "64 hexadecimal digits", 0o600},
		{"noise", strings.Repeat("zz", 32), "64 hexadecimal digits", 0o600},
		{"empty", "", "64 hexadecimal digits", 0o600},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, []byte(c.text), c.mode); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil { // regardless of the umask
				t.Fatal(err)
			}
			_, err := NewIdentity(IdentityConfig{KeyFile: path})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
	if _, err := NewIdentity(IdentityConfig{KeyFile: t.TempDir()}); err == nil {
		t.Error("a directory was accepted as a key file")
	}
	if _, err := NewIdentity(IdentityConfig{Secret: []byte("short")}); err == nil {
		t.Error("a short secret was accepted")
	}
	if _, err := NewIdentity(IdentityConfig{Rand: strings.NewReader("short")}); err == nil {
		t.Error("an empty source of randomness was accepted")
	}
}

// A collector that learns the shared secret late must agree with the others from
// then on.
func TestAdoptSharedSecretAgrees(t *testing.T) {
	late, err := NewIdentity(IdentityConfig{})
	if err != nil {
		t.Fatal(err)
	}
	shared := bytes.Repeat([]byte{7}, masterSize)
	other, err := NewIdentity(IdentityConfig{Secret: shared})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1763647652, 0)
	hash := func(id *Identity) beacon.ID { return id.Hash("user", "shop", "jane", at) }
	if hash(late) == hash(other) {
		t.Error("two random keys agree")
	}
	if err := late.Adopt(shared[1:]); err == nil {
		t.Error("a short secret was adopted")
	}
	if err := late.Adopt(shared); err != nil || hash(late) != hash(other) {
		t.Errorf("after adopting: %v, %v and %v", err, hash(late), hash(other))
	}
}
