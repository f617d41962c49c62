package collector

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/collector/forward"
	"github.com/rumtop/rumtop/collector/wire"
)

// forwardable are the formats whose requests a vendor can be sent: all but our own.
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

// copied keeps what is read of a body: vendors get the bytes that were sent.
type copied struct {
	io.ReadCloser
	sent []byte
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.sent = append(c.sent, p[:n]...)
	return n, err
}

// copyBody makes a copy of a request's body while it is read, if the tee wants it.
func (e *endpoint) copyBody(r *http.Request) *copied {
	if !e.c.tee.Wants(e.spec.SDK) {
		return nil
	}
	kept := &copied{ReadCloser: r.Body}
	r.Body = kept
	return kept
}

// passOn hands a request that was taken to the tee, as it came, if consent is
// given for all of it.
func (e *endpoint) passOn(r *http.Request, sent *copied, plain []byte, in *intake) {
	if sent == nil || in.again {
		return
	}
	if min(in.least, in.cap) < consentFull {
		e.c.tee.Withhold(e.spec.SDK)
		return
	}
	path := r.URL.Path
	if key := r.PathValue("key"); key != "" {
		path = strings.TrimPrefix(path, "/k/"+key)
	}
	e.c.tee.Offer(forward.Request{
		Format: e.spec.SDK, Method: r.Method, Path: path, Query: r.URL.RawQuery,
		Header: r.Header, Sent: sent.sent, Plain: plain, Client: in.addr,
	})
}
