package stream

import (
	"slices"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/rumtop/rumtop/internal/beacon"
)

// unreadable is why the stream cannot give a reader the batches of some
// subjects, although it exists and JetStream makes a consumer: nil if it can.
// Such a consumer would be silent for ever while beacons arrive.
func unreadable(info *jetstream.StreamInfo, site string) error {
	const op = "read the stream " + StreamName
	cfg := &info.Config
	subjects := siteSubjects(site)
	switch {
	case cfg.Retention == jetstream.WorkQueuePolicy:
		return refusalOf(op, &jetstream.APIError{ErrorCode: workQueue})
	case cfg.Retention == jetstream.InterestPolicy:
		return &Refusal{Op: op, What: StreamName + " has interest retention and keeps no history", Next: "recreate it with limits retention, as docs/nats.md shows"}
	case len(info.State.Subjects) > 0:
		return nil // it has stored some of them
	case !receives(cfg, subjects):
		return &Refusal{Op: op, What: StreamName + " does not store " + subjects, Next: "store " + streamSubjects + " in it"}
	}
	if to := renamed(cfg, site); to != "" {
		return &Refusal{Op: op, What: StreamName + " renames " + subjects + " to " + to, Next: "remove its subject transform"}
	}
	return nil
}

// receives reports whether a stream gets messages of some subjects: directly, or
// from the streams that it copies, as far as these are filtered.
func receives(cfg *jetstream.StreamConfig, subjects string) bool {
	if overlaps(cfg.Subjects, subjects) {
		return true
	}
	for _, source := range copied(cfg) {
		if len(source.SubjectTransforms) == 0 && (source.FilterSubject == "" || server.SubjectsCollide(source.FilterSubject, subjects)) {
			return true
		}
		for _, t := range source.SubjectTransforms {
			if t.Source == "" || server.SubjectsCollide(t.Source, subjects) {
				return true
			}
		}
	}
	return false
}

// copied are the streams that a stream copies.
func copied(cfg *jetstream.StreamConfig) []*jetstream.StreamSource {
	if cfg.Mirror != nil {
		return []*jetstream.StreamSource{cfg.Mirror}
	}
	return cfg.Sources
}

// renamed returns the subject under which a stream stores a batch of a site, ""
// if that is its own.
func renamed(cfg *jetstream.StreamConfig, site string) string {
	if site == "" {
		site = "site"
	}
	subject := beacon.Subject(site, "region", 0)
	transforms := []jetstream.SubjectTransformConfig{}
	if cfg.SubjectTransform != nil {
		transforms = append(transforms, *cfg.SubjectTransform)
	}
	for _, source := range copied(cfg) {
		transforms = append(transforms, source.SubjectTransforms...)
	}
	for _, t := range transforms {
		if t.Destination == "" {
			continue // it only selects
		}
		tr, err := server.NewSubjectTransform(t.Source, t.Destination)
		if err != nil || tr == nil {
			continue
		}
		if to, err := tr.Match(subject); err == nil && to != subject {
			return to
		}
	}
	return ""
}

// takes reports whether a stream itself stores all batches of a site as they are
// published. A mirror does not.
func takes(cfg *jetstream.StreamConfig, site string) bool {
	return slices.ContainsFunc(cfg.Subjects, func(stored string) bool {
		return server.SubjectMatchesFilter(siteSubjects(site), stored)
	})
}

// takesAny reports whether a stream itself stores any batches.
func takesAny(cfg *jetstream.StreamConfig) bool { return overlaps(cfg.Subjects, siteSubjects("")) }

// unsuited says why a stream that exists does not keep a collector's batches,
// "" if it does or was just created. A mirror and a stream of sources take
// theirs from elsewhere.
func unsuited(info *jetstream.StreamInfo) string {
	if info == nil {
		return ""
	}
	cfg := &info.Config
	switch {
	case cfg.Sealed:
		return StreamName + " is sealed and takes no batches: recreate it"
	case cfg.NoAck:
		return StreamName + " does not acknowledge (no_ack): a batch that it does not store is lost unnoticed: " + editStream + "--ack"
	case len(copied(cfg)) == 0 && !takesAny(cfg):
		return StreamName + " does not store " + siteSubjects("") + ": store " + streamSubjects + " in it"
	case renamed(cfg, "") != "":
		return StreamName + " stores batches as " + renamed(cfg, "") + ", where no viewer looks: remove its subject transform"
	case cfg.Retention == jetstream.WorkQueuePolicy:
		return StreamName + " is a work queue: viewers cannot read it: recreate it with limits retention"
	case cfg.Retention == jetstream.InterestPolicy:
		return StreamName + " has interest retention: it keeps no history: recreate it with limits retention"
	}
	return ""
}
