package feed

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rumtop/rumtop/internal/stream"
)

// ErrNoSite is returned if the server has no beacon of any site.
var ErrNoSite = errors.New("no site has reported yet: start rumtop collect, or name the site with --site")

// SeveralSites is the error of [OnlySite] if there are several: their names.
type SeveralSites []string

func (s SeveralSites) Error() string {
	return fmt.Sprintf("several sites report here (%s): choose one with --site", strings.Join(s, ", "))
}

// OnlySite finds the site that the stream holds. It fails with [ErrNoSite] or
// [SeveralSites] if that is not exactly one.
func OnlySite(ctx context.Context, conn *stream.Conn) (string, error) {
	sites, err := stream.Sites(ctx, conn)
	var refusal *stream.Refusal
	switch {
	case errors.As(err, &refusal) && !errors.Is(err, stream.ErrDenied):
		return "", refusal // naming a site does not help
	case errors.Is(err, stream.ErrNoStream):
		return "", ErrNoSite
	case err != nil:
		return "", fmt.Errorf("%w: name the site with --site", err)
	case len(sites) == 0:
		return "", ErrNoSite
	case len(sites) > 1:
		return "", SeveralSites(sites)
	}
	return sites[0], nil
}
