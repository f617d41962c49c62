package stream

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
)

// StreamName is the JetStream stream that keeps the batches.
const StreamName = "RUM"

// The API requests of this package, as permissions name them.
const (
	apiInfo           = "INFO"
	apiStreamInfo     = "STREAM.INFO." + StreamName
	apiStreamCreate   = "STREAM.CREATE." + StreamName
	apiStreamNames    = "STREAM.NAMES"
	apiConsumerNext   = "CONSUMER.MSG.NEXT." + StreamName + "."
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

// streamSubjects are what the stream stores.
const streamSubjects = beacon.SubjectRoot + ">"

// EnsureStream creates the stream if it does not exist, and never changes an
// existing one. The error is [ErrNoJetStream], a [Refusal] or the connection's.
// Without a stream everything works, but there is no history.
func EnsureStream(ctx context.Context, c *Conn, limits Limits) (created bool, err error) {
	_, created, err = ensureStream(ctx, c, limits)
	return created, err
}

// ensureStream is EnsureStream, with the stream's state if it was not created.
func ensureStream(ctx context.Context, c *Conn, limits Limits) (info *jetstream.StreamInfo, created bool, err error) {
	info, err = lookup(ctx, c)
	if !errors.Is(err, ErrNoStream) {
		return info, false, err
	}
	js, err := c.jetStream()
	if err != nil {
		return nil, false, err
	}
	cfg := jetstream.StreamConfig{
		Name:        StreamName,
		Description: "rumtop: scrubbed beacons of browsers, in batches",
		Subjects:    []string{streamSubjects},
		Storage:     jetstream.FileStorage,
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardOld,
		MaxAge:      cmp.Or(max(limits.MaxAge, 0), DefaultMaxAge),
		MaxBytes:    limits.MaxBytes,
		Replicas:    limits.Replicas,
		AllowDirect: true,
		// Duplicates: the server's default is two minutes, or less if it permits
		// only less.
	}
	if cfg.MaxBytes <= 0 {
		cfg.MaxBytes = affordableBytes(ctx, c, js)
	}
	creating, cancel := c.request(ctx, apiStreamCreate)
	defer cancel()
	for {
		_, err = js.CreateStream(creating, cfg)
		if limits.MaxBytes > 0 || !isTooLarge(err) || cfg.MaxBytes/2 < minBytes {
			break
		}
		cfg.MaxBytes /= 2 // the server, unlike the account, does not report what it has left
	}
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return nil, false, nil // another process was faster
	}
	if err == nil {
		return nil, true, nil
	}
	err = c.apiError(creating, cannotMake, err)
	var r *Refusal
	if errors.As(err, &r) && r.Code == subjectOverlap {
		if by := overlapping(ctx, c); by != "" {
			err = subjectsTaken(by)
		}
	}
	return nil, false, err
}

// minBytes is the smallest stream to create by default.
const minBytes = 16 << 20

// isTooLarge reports whether the server or the account refuses a stream of that
// many bytes. There are five codes for that.
func isTooLarge(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && slices.Contains([]jetstream.ErrorCode{10002, 10023, 10028, 10047, 10122}, api.ErrorCode)
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
		return nil, c.apiError(ctx, "look up the stream "+StreamName, err)
	}
	return s.CachedInfo(), nil
}

// lookupSubjects returns the stream's state with its subjects that match.
func lookupSubjects(ctx context.Context, c *Conn, filter string) (*jetstream.StreamInfo, error) {
	js, err := c.jetStream()
	if err != nil {
		return nil, err
	}
	asking, cancel := c.request(ctx, apiStreamInfo)
	defer cancel()
	s, err := js.Stream(asking, StreamName)
	if err == nil {
		var info *jetstream.StreamInfo
		if info, err = s.Info(asking, jetstream.WithSubjectFilter(filter)); err == nil {
			return info, nil
		}
	}
	err = c.apiError(asking, "look up the subjects of "+StreamName, err)
	if errors.Is(err, ErrNoStream) {
		return nil, missingStream(ctx, c)
	}
	return nil, err
}

// MaxSites bounds the list of sites.
const MaxSites = 1000

// Sites lists the sites that have batches in the stream, sorted, at most
// [MaxSites]. It needs JetStream. A stream that cannot hold any is a [Refusal].
func Sites(ctx context.Context, c *Conn) ([]string, error) {
	info, err := lookupSubjects(ctx, c, beacon.SubjectRoot+"*.*.*")
	if err != nil {
		return nil, err
	}
	seen := map[string]struct{}{}
	for subject := range info.State.Subjects {
		if site, _, _, ok := beacon.ParseSubject(subject); ok && len(seen) < MaxSites {
			seen[site] = struct{}{}
		}
	}
	if len(seen) == 0 {
		if err := unreadable(info, ""); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}
