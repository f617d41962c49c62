package snapshot

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rumtop/rumtop/internal/plain"
)

// Limits of a file. They are far above those of real snapshots, and bound the
// cost of a hostile file.
const (
	maxMembers  = 64
	maxFile     = 8 << 30
	maxDocument = 32 << 20 // bytes of a JSON or text member, unpacked
)

// File is an open snapshot. Its members match its checksums, which does not
// prove its origin.
type File struct {
	file    *os.File
	members map[string]*zip.File
	meta    Meta
}

// Open opens a snapshot and checks it. Errors fit on one line of a terminal.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s, err := open(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", plain.Line(filepath.Base(path), 0), err), f.Close())
	}
	return s, nil
}

func open(f *os.File) (*File, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() == 0:
		return nil, errors.New("empty file: take the snapshot again")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("file too large: %d bytes, at most %d", info.Size(), int64(maxFile))
	}
	s := &File{file: f}
	if err := s.index(f, info.Size()); err != nil {
		return nil, err
	}
	if err := s.readMeta(); err != nil {
		return nil, err
	}
	return s, s.verify()
}

// index lists the members. Unknown ones are ignored.
func (s *File) index(r io.ReaderAt, size int64) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		head := make([]byte, 4)
		if _, _ = r.ReadAt(head, 0); string(head) != "PK\x03\x04" {
			return errors.New("not a rumtop snapshot")
		}
		return errors.New("file is cut short or damaged: copy it again")
	}
	if len(z.File) > maxMembers {
		return fmt.Errorf("not a rumtop snapshot: %d members, at most %d", len(z.File), maxMembers)
	}
	s.members = map[string]*zip.File{}
	for _, m := range z.File {
		if m.Name != filepath.Base(m.Name) || strings.ContainsAny(m.Name, `/\`) || m.Name == ".." || m.Name == "." {
			return fmt.Errorf("not a rumtop snapshot: invalid member name %s", quoted(m.Name))
		}
		if s.members[m.Name] != nil {
			return fmt.Errorf("file is damaged: two members %s", quoted(m.Name))
		}
		s.members[m.Name] = m
	}
	if s.members[metaName] == nil {
		return fmt.Errorf("not a rumtop snapshot: no %s", metaName)
	}
	return nil
}

func quoted(name string) string { return strconv.Quote(plain.Line(name, 60)) }

func (s *File) readMeta() error {
	data, err := s.document(metaName)
	if err != nil {
		return err
	}
	var m Meta
	var version struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return fmt.Errorf("file is damaged: %s: invalid JSON: copy it again", metaName)
	}
	if major, ok := strings.CutPrefix(version.Schema, "rumtop.snapshot/"); !ok {
		return fmt.Errorf("not a rumtop snapshot: schema %s", quoted(version.Schema))
	} else if n, err := strconv.Atoi(major); err != nil || n != 1 {
		return fmt.Errorf("file has schema %s: this rumtop reads %s: open it with a newer rumtop", quoted(version.Schema), Schema)
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return fmt.Errorf("file is damaged: %s: %w", metaName, err)
	}
	s.meta = m.sanitised()
	return nil
}

// document reads a small member: JSON or text.
func (s *File) document(name string) ([]byte, error) {
	m := s.members[name]
	if m == nil {
		return nil, errMissing(name)
	}
	if m.UncompressedSize64 > maxDocument {
		return nil, fmt.Errorf("file is damaged: %s is too large", name)
	}
	r, err := m.Open()
	if err != nil {
		return nil, errDamaged(name)
	}
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err := errors.Join(err, r.Close()); err != nil || len(data) > maxDocument {
		return nil, errDamaged(name)
	}
	return data, nil
}

func errDamaged(name string) error {
	return fmt.Errorf("file is damaged: cannot read %s: copy it again", name)
}

func errMissing(name string) error {
	return fmt.Errorf("file is damaged: %s is missing: copy it again", name)
}

// verify checks every member against its checksum.
func (s *File) verify() error {
	data, err := s.document(sumsName)
	if err != nil {
		return err
	}
	listed := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		sum, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || len(sum) != 2*sha256.Size {
			return errDamaged(sumsName)
		}
		listed[name] = sum
	}
	for name, m := range s.members {
		if name == sumsName {
			continue
		}
		want, ok := listed[name]
		if !ok {
			return fmt.Errorf("file is damaged: no checksum of %s: copy it again", quoted(name))
		}
		delete(listed, name)
		sum := sha256.New()
		if err := s.unpack(sum, m); err != nil {
			return err
		}
		if hex.EncodeToString(sum.Sum(nil)) != want {
			return fmt.Errorf("file is damaged: wrong checksum of %s: copy it again", quoted(name))
		}
	}
	for name := range listed {
		return errMissing(quoted(name))
	}
	return nil
}

// unpack copies a member, up to the limit of its type.
func (s *File) unpack(w io.Writer, m *zip.File) error {
	limit := int64(maxDocument)
	if m.Method == zip.Store {
		limit = maxFile
	}
	r, err := m.Open()
	if err != nil {
		return errDamaged(quoted(m.Name))
	}
	n, err := io.Copy(w, io.LimitReader(r, limit+1))
	if err := errors.Join(err, r.Close()); err != nil || n > limit {
		return errDamaged(quoted(m.Name))
	}
	return nil
}

// Meta is the snapshot's metadata. Its strings are safe for a terminal.
func (s *File) Meta() Meta { return s.meta }

// Frame is the frame on screen when the snapshot was taken, as JSON
// (rumtop.frame/1); nil if there was none. Its strings are not sanitised.
func (s *File) Frame() ([]byte, error) {
	if s.members[frameName] == nil {
		return nil, nil
	}
	return s.document(frameName)
}

// Histograms are the distributions on screen when the snapshot was taken; nil
// if there were none.
func (s *File) Histograms() ([]Histogram, error) {
	if s.members[histogramsName] == nil {
		return nil, nil
	}
	data, err := s.document(histogramsName)
	if err != nil {
		return nil, err
	}
	var out []Histogram
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, errDamaged(histogramsName)
	}
	return out, nil
}

// Close closes the file.
func (s *File) Close() error { return s.file.Close() }

// section opens a table for reading.
func (s *File) section(name string) (*io.SectionReader, error) {
	m := s.members[name]
	if m == nil {
		return nil, errMissing(name)
	}
	if m.Method != zip.Store || m.CompressedSize64 != m.UncompressedSize64 {
		return nil, errDamaged(name)
	}
	at, err := m.DataOffset()
	if err != nil {
		return nil, errDamaged(name)
	}
	return io.NewSectionReader(s.file, at, int64(m.UncompressedSize64)), nil
}
