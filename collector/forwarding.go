package collector

import (
	"io"
	"net/http"
	"slices"

	"github.com/rumtop/rumtop/collector/forward"
	"github.com/rumtop/rumtop/collector/wire"
)

// forwardable are the formats whose requests can be forwarded to a vendor: all
// but our own.
func forwardable() []string {
	var names []string
	for _, f := range wire.Formats() {
		if _, own := f.(wire.Native); !own {
			names = append(names, f.Spec().SDK)
		}
	}
	slices.Sort(names)
	return names
}

// forwardHeaders are the headers that vendors need of their SDKs' requests.
func forwardHeaders() (names []string) {
	for _, f := range wire.Formats() {
		names = append(names, f.Spec().Forward...)
	}
	return names
}

// bodyCopy keeps what is read of a body: vendors get the bytes that were sent.
type bodyCopy struct {
	io.ReadCloser
	sent []byte
}

// Read implements io.Reader.
func (b *bodyCopy) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.sent = append(b.sent, p[:n]...)
	return n, err
}

// copyBody makes a copy of a request's body while it is read, if the request's
// format is forwarded; else it returns nil.
func (e *endpoint) copyBody(r *http.Request) *bodyCopy {
	if !e.c.tee.HasTarget(e.spec.SDK) {
		return nil
	}
	kept := &bodyCopy{ReadCloser: r.Body}
	r.Body = kept
	return kept
}

// forward hands an accepted request to the tee as it was sent, if consent is
// given for all of it.
func (e *endpoint) forward(r *http.Request, sent *bodyCopy, plain []byte, in *intake) {
	if sent == nil || in.duplicate {
		return
	}
	if min(in.minConsent, in.maxConsent) < consentFull {
		e.c.tee.Withhold(e.spec.SDK)
		return
	}
	e.c.tee.Offer(forward.Request{
		Format: e.spec.SDK, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Header: r.Header, Body: sent.sent, Inflated: plain, Client: in.Addr,
	})
}
