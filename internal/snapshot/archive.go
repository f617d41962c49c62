package snapshot

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"os"
	"time"
)

// The members of a snapshot other than its tables.
const (
	readmeName     = "README.txt"
	metaName       = "meta.json"
	frameName      = "frame.json"
	histogramsName = "histograms.json"
	// sumsName lists the SHA-256 of all others, as sha256sum -c reads it.
	sumsName = "SHA256SUMS"
)

// archive writes a zip and the checksums of its members.
type archive struct {
	zip   *zip.Writer
	taken time.Time
	sums  []byte
}

// writeMember writes a member. Tables are compressed inside and stored as they
// are, so that a reader can seek in them.
func (a *archive) writeMember(name string, stored bool, write func(io.Writer) error) error {
	method := zip.Deflate
	if stored {
		method = zip.Store
	}
	w, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: a.taken})
	if err != nil {
		return err
	}
	sum := sha256.New()
	if err := write(io.MultiWriter(w, sum)); err != nil {
		return err
	}
	if name != sumsName {
		a.sums = append(a.sums, sumLine(sum, name)...)
	}
	return nil
}

func sumLine(sum hash.Hash, name string) string {
	return fmt.Sprintf("%s  %s\n", hex.EncodeToString(sum.Sum(nil)), name)
}

func (a *archive) writeBytes(name string, data []byte) error {
	return a.writeMember(name, false, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func (a *archive) writeJSON(name string, v any) error {
	return a.writeMember(name, false, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		return enc.Encode(v)
	})
}

// writeTable writes a table from its temporary file.
func (a *archive) writeTable(name string, f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return a.writeMember(name, true, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
}

// close writes the checksums and ends the archive.
func (a *archive) close() error {
	if err := a.writeBytes(sumsName, a.sums); err != nil {
		return err
	}
	return a.zip.Close()
}
