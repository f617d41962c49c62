package stream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
)

// StreamName is the JetStream stream that keeps the batches.
const StreamName = "RUM"

// Why there is no history.
var (
	ErrNoJetStream = errors.New("the server keeps no history (JetStream is off)")
	ErrNoStream    = errors.New("the server has no stream " + StreamName + " yet")
	errNoAnswer    = errors.New("JetStream does not answer")
)

// The API requests of this package, as permissions name them.
const (
	apiInfo           = "INFO"
	apiStreamInfo     = "STREAM.INFO." + StreamName
	apiStreamCreate   = "STREAM.CREATE." + StreamName
	apiConsumerCreate = "CONSUMER.CREATE." + StreamName + "."
	apiConsumerInfo   = "CONSUMER.INFO." + StreamName + "."
)

// apiTimeout is the limit of one request to JetStream's API.
const apiTimeout = 5 * time.Second

// Limits bound the stream. It evicts the oldest batches first.
type Limits struct {
	MaxAge   time.Duration // 0: 24 h
	MaxBytes int64         // 0: 4 GiB, or less if the server has less left
	Replicas int           // 0: 1
}

// The defaults of Limits, and how long the stream knows a message id.
const (
	DefaultMaxAge   = 24 * time.Hour
	DefaultMaxBytes = 4 << 30
	duplicateWindow = 2 * time.Minute
)

// EnsureStream creates the stream if it does not exist, and never changes an
// existing one. The error is [ErrNoJetStream], [ErrDenied] or the server's.
// Without a stream everything works, but there is no history.
func EnsureStream(ctx context.Context, c *Conn, limits Limits) (created bool, err error) {
	_, err = lookup(ctx, c)
	if err == nil {
		return false, nil
	}
	if !errors.Is(err, ErrNoStream) {
		return false, err
	}
	js, err := c.jetStream()
	if err != nil {
		return false, err
	}
	cfg := jetstream.StreamConfig{
		Name:        StreamName,
		Description: "rumtop: scrubbed beacons of browsers, in batches",
		Subjects:    []string{beacon.SubjectRoot + ">"},
		Storage:     jetstream.FileStorage,
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardOld,
		MaxAge:      limits.MaxAge,
		MaxBytes:    limits.MaxBytes,
		Replicas:    limits.Replicas,
		Duplicates:  duplicateWindow,
		AllowDirect: true,
	}
	if cfg.MaxAge <= 0 {
		cfg.MaxAge = DefaultMaxAge
	}
	cfg.Duplicates = min(cfg.Duplicates, cfg.MaxAge)
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = affordableBytes(ctx, c, js)
	}
	ctx, cancel := c.request(ctx, apiStreamCreate)
	defer cancel()
	for {
		_, err = js.CreateStream(ctx, cfg)
		if limits.MaxBytes > 0 || !isOutOfStorage(err) || cfg.MaxBytes/2 < minBytes {
			break
		}
		cfg.MaxBytes /= 2 // the server, unlike the account, does not report what it has left
	}
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return false, nil // another process was faster
	}
	if err != nil {
		return false, apiError(ctx, "create the stream "+StreamName, err)
	}
	return true, nil
}

// minBytes is the smallest stream to create by default.
const minBytes = 16 << 20

// isOutOfStorage reports whether the server refuses to reserve that many bytes.
// It has three codes for that.
func isOutOfStorage(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == 10023 || api.ErrorCode == 10028 || api.ErrorCode == 10047)
}

// affordableBytes is the default size, or half of what the account has left: a
// server refuses a stream that it could not hold.
func affordableBytes(ctx context.Context, c *Conn, js jetstream.JetStream) int64 {
	ctx, cancel := c.request(ctx, apiInfo)
	defer cancel()
	info, err := js.AccountInfo(ctx)
	if err != nil || info.Limits.MaxStore <= 0 {
		return DefaultMaxBytes
	}
	reserved := max(info.ReservedStore, info.Store)
	left := info.Limits.MaxStore - int64(min(reserved, uint64(info.Limits.MaxStore)))
	return max(min(DefaultMaxBytes, left/2), minBytes)
}

// lookup returns the stream's current state.
func lookup(ctx context.Context, c *Conn) (*jetstream.StreamInfo, error) {
	js, err := c.jetStream()
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.request(ctx, apiStreamInfo)
	defer cancel()
	s, err := js.Stream(ctx, StreamName)
	if err != nil {
		return nil, apiError(ctx, "look up the stream "+StreamName, err)
	}
	return s.CachedInfo(), nil
}

// lookupSubjects returns the stream's state with its subjects that match.
func lookupSubjects(ctx context.Context, c *Conn, filter string) (*jetstream.StreamInfo, error) {
	js, err := c.jetStream()
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.request(ctx, apiStreamInfo)
	defer cancel()
	s, err := js.Stream(ctx, StreamName)
	if err == nil {
		var info *jetstream.StreamInfo
		if info, err = s.Info(ctx, jetstream.WithSubjectFilter(filter)); err == nil {
			return info, nil
		}
	}
	return nil, apiError(ctx, "look up the subjects of "+StreamName, err)
}

// apiError translates an error of JetStream's API.
func apiError(ctx context.Context, op string, err error) error {
	var api *jetstream.APIError
	switch {
	case errors.Is(context.Cause(ctx), ErrDenied):
		err = ErrDenied
	case errors.Is(context.Cause(ctx), errDisconnected):
		err = errDisconnected
	case errors.Is(err, nats.ErrNoResponders), errors.Is(err, jetstream.ErrJetStreamNotEnabled),
		errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount):
		return ErrNoJetStream
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return ErrNoStream
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		err = errNoAnswer
	case errors.As(err, &api):
		err = errors.New(api.Description)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// maxSites bounds the list of sites.
const maxSites = 1000

// Sites lists the sites that have batches in the stream, sorted, at most a
// thousand. It needs JetStream.
func Sites(ctx context.Context, c *Conn) ([]string, error) {
	info, err := lookupSubjects(ctx, c, beacon.SubjectRoot+"*.*.*")
	if err != nil {
		return nil, err
	}
	seen := map[string]struct{}{}
	for subject := range info.State.Subjects {
		if site, _, _, ok := beacon.ParseSubject(subject); ok && len(seen) < maxSites {
			seen[site] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}
