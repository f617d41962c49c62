package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/stream"
)

// namedSites bounds the sites that an error names.
const namedSites = 20

// connectKnown connects like connect, and refuses a site that has never sent
// anything: its numbers would be zeros, which look like a quiet site.
func (s *siteFlags) connectKnown(ctx context.Context, name string) (conn *stream.Conn, site string, err error) {
	if conn, site, err = s.connect(ctx, name); err != nil {
		return nil, "", err
	}
	if err := s.known(ctx, conn); err != nil {
		conn.Close()
		return nil, "", err
	}
	return conn, site, nil
}

// connectEarly connects like connect, and warns of a site that has never sent
// anything: the command waits for its first beacon.
func (p *program) connectEarly(s *siteFlags) func(context.Context, string) (*stream.Conn, string, error) {
	return func(ctx context.Context, name string) (*stream.Conn, string, error) {
		conn, site, err := s.connect(ctx, name)
		if err != nil {
			return nil, "", err
		}
		if err := s.known(ctx, conn); err != nil {
			p.printError(err)
		}
		return conn, site, nil
	}
}

// known reports that nothing has come from the site of --site, as far as the
// server can tell: one that keeps no history cannot.
func (s *siteFlags) known(ctx context.Context, conn *stream.Conn) error {
	if s.site == "" {
		return nil
	}
	sites, err := stream.Sites(ctx, conn)
	var refusal *stream.Refusal // which reading names
	missing := errors.Is(err, stream.ErrNoStream) && !errors.As(err, &refusal)
	readable := err == nil
	switch {
	case missing, readable && len(sites) == 0:
		return noData("nothing has come from site %s, nor from any other: check that rumtop collect serves it and that its pages report", s.site)
	case !readable, slices.Contains(sites, s.site), len(sites) == stream.MaxSites: // it may be one more
		return nil
	}
	some := strings.Join(sites[:min(len(sites), namedSites)], ", ")
	if more := len(sites) - namedSites; more > 0 {
		some += fmt.Sprintf(" and %d more", more)
	}
	return noData("nothing has come from site %s: choose one of %s with --site", s.site, some)
}
