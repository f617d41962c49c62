package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
)

// checkStream checks that the stream exists, and what kind it is: rumtop never
// changes a stream, so whatever an operator has configured has to be read.
func checkStream(ctx context.Context, c *Conn, site string, info *jetstream.StreamInfo, err error) []Check {
	ch := Check{Name: "stream"}
	if errors.Is(err, ErrNoStream) {
		err = missingStream(ctx, c)
	}
	var refusal *Refusal
	switch {
	case errors.Is(err, ErrDenied):
		ch.Level, ch.Detail, ch.Next = Warn, "this user may not look it up", "viewers need it, collectors do not: permit publishing to "+c.apiPrefix+apiStreamInfo+" and the rest of docs/nats.md"
	case errors.As(err, &refusal):
		ch.Level, ch.Detail, ch.Next = Fail, refusal.Op+": "+refusal.What, refusal.Next
	case errors.Is(err, ErrNoJetStream):
		ch.Level, ch.Detail, ch.Next = Warn, err.Error(), "enable JetStream on the server and in the account to have history"
	case errors.Is(err, ErrNoStream):
		ch.Level, ch.Detail, ch.Next = Warn, err.Error(), "start rumtop collect with a user that may create it, or create it as docs/nats.md shows"
	case err != nil:
		ch.Level, ch.Detail, ch.Next = Fail, err.Error(), "check JetStream on the server: nats server report jetstream"
	default:
		ch.Detail = fmt.Sprintf("%s holds %d messages in %s since %s; replicas: %d; limits: %s, %s",
			StreamName, info.State.Msgs, sizeText(int64(info.State.Bytes)), oldestText(info), max(info.Config.Replicas, 1), ageText(info.Config.MaxAge), sizeText(info.Config.MaxBytes))
		return append([]Check{ch}, checkTraits(info, site)...)
	}
	return []Check{ch}
}

// checkTraits names what is unusual about a stream and what follows from it.
func checkTraits(info *jetstream.StreamInfo, site string) (checks []Check) {
	for _, t := range streamTraits {
		level, detail := t.of(info, site)
		if detail == "" {
			continue
		}
		ch := Check{Name: t.name, Level: level, Detail: detail}
		if level > OK {
			ch.Next = t.next
		}
		checks = append(checks, ch)
	}
	return checks
}

// A streamTrait is one setting of a stream that changes what collectors and
// viewers can do.
type streamTrait struct {
	name string
	// of says what the stream's setting is and what follows, "" if it is usual.
	of   func(info *jetstream.StreamInfo, site string) (Level, string)
	next string
}

// editStream begins the command that changes the stream.
const editStream = "nats stream edit " + StreamName + " "

// recreate is the advice for settings that cannot be changed.
const recreate = "it cannot be changed: remove the stream and create it as docs/nats.md shows"

// What a stream has to suit.
const (
	// largestBatch is more than a collector ever publishes at once: 128 KiB and
	// the last beacon.
	largestBatch = 192 << 10
	// usualSince is the history that viewers read by default.
	usualSince = 30 * time.Minute
	// keptPerSubject and keptMessages are how many batches some hours take, of
	// one subject and of a busy site.
	keptPerSubject = 10_000
	keptMessages   = 100_000
	// freeConsumers is what three viewers need.
	freeConsumers = 9
	// quietSource is how long a mirror or a source may hear nothing of its origin.
	quietSource = time.Minute
)

var streamTraits = []streamTrait{
	{"subjects", subjectsTrait, "store " + streamSubjects + ": " + editStream + "--subjects '" + streamSubjects + "'"},
	{"retention", retentionTrait, recreate},
	{"acks", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		return traitIf(i.Config.NoAck, Fail, "no_ack: collectors cannot know what is stored, so a batch that is not is lost unnoticed")
	}, editStream + "--ack"},
	{"sealed", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		return traitIf(i.Config.Sealed, Fail, "sealed: it takes no batches and never forgets any; collectors keep theirs until they have no room")
	}, recreate},
	{"transform", func(i *jetstream.StreamInfo, site string) (Level, string) {
		to := renamed(&i.Config, site)
		return traitIf(to != "", Fail, "stores batches as "+to+": viewers look for "+siteSubjects(site)+" and find none")
	}, "remove the subject transform, so that subjects stay as they are published"},
	{"counter", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		return traitIf(i.Config.AllowMsgCounter, Fail, "is a stream of counters: it refuses batches, which are no numbers")
	}, recreate},
	{"limits", limitsTrait, "limit it, or it fills the disk: " + editStream + "--max-age 24h"},
	{"max age", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		age := i.Config.MaxAge
		return traitIf(age > 0 && age < usualSince, Warn, fmt.Sprintf("keeps %v: a viewer that asks for %v of history gets less", age, usualSince))
	}, editStream + "--max-age 24h"},
	{"per subject", perSubjectTrait, editStream + "--max-msgs-per-subject=-1"},
	{"max msgs", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		n := i.Config.MaxMsgs
		return traitIf(n > 0 && n < keptMessages, Warn, fmt.Sprintf("keeps at most %d batches of all sites: history is short, whatever its age limit", n))
	}, editStream + "--max-msgs=-1"},
	{"batch size", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		n := int64(i.Config.MaxMsgSize)
		return traitIf(n > 0 && n < largestBatch, Fail, fmt.Sprintf("refuses messages over %s: batches are up to %s, and the beacons of larger ones are lost", sizeText(n), sizeText(largestBatch)))
	}, editStream + "--max-msg-size=-1"},
	{"discard", discardTrait, editStream + "--discard old"},
	{"duplicates", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		d := i.Config.Duplicates
		return traitIf(len(copied(&i.Config)) == 0 && d < duplicateWindow, Warn, fmt.Sprintf("knows message ids for %v: a batch that is resent later is stored twice; viewers count it once", d))
	}, editStream + "--dupe-window 2m"},
	{"storage", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		return traitIf(i.Config.Storage == jetstream.MemoryStorage, Warn, "in memory: a restart of the server loses the history")
	}, recreate},
	{"persistence", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		return traitIf(i.Config.PersistMode == jetstream.AsyncPersistMode, Warn, "acknowledges before it writes: a crash of the server loses batches that collectors count as published")
	}, recreate},
	{"replicas", replicasTrait, editStream + "--replicas 3"},
	{"peers", peersTrait, "check these servers: nats server report jetstream"},
	{"mirror", mirrorTrait, "check that the origin exists, and the connection to it"},
	{"sources", sourcesTrait, "check that the sources exist, and the connections to them"},
	{"consumers", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		limit := i.Config.MaxConsumers
		return traitIf(limit > 0 && limit-i.State.Consumers < freeConsumers, Warn, fmt.Sprintf("%d of %d consumers are in use: a viewer needs up to three, and the next ones get no history", i.State.Consumers, limit))
	}, "create it with --max-consumers=-1: " + recreate},
	{"republish", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		if i.Config.RePublish == nil {
			return OK, ""
		}
		return Warn, "publishes each batch again on " + i.Config.RePublish.Destination + ": whoever may subscribe there reads the beacons"
	}, "check who may, or remove it: " + editStream + "--no-republish"},
	{"deletes", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		return traitIf(i.Config.DenyDelete || i.Config.DenyPurge, OK, "deny_delete or deny_purge: only its limits remove batches: they cannot be removed by hand")
	}, ""},
	{"compression", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		return traitIf(i.Config.Compression != jetstream.NoCompression, OK, "compressed: batches are already, so it costs time and saves little")
	}, ""},
	{"direct get", func(i *jetstream.StreamInfo, _ string) (Level, string) {
		return traitIf(!i.Config.AllowDirect && i.Config.Mirror == nil, OK, "off: rumtop reads by consumers and does not need it")
	}, ""},
}

// traitIf is a trait that applies or not.
func traitIf(applies bool, level Level, detail string) (Level, string) {
	if !applies {
		return OK, ""
	}
	return level, detail
}

// subjectsTrait says which batches the stream does not store.
func subjectsTrait(info *jetstream.StreamInfo, site string) (Level, string) {
	cfg := &info.Config
	switch {
	case len(copied(cfg)) > 0 || takes(cfg, site):
		return OK, ""
	case !receives(cfg, siteSubjects(site)):
		return Fail, fmt.Sprintf("stores %q: none of %s", cfg.Subjects, siteSubjects(site))
	}
	return Warn, fmt.Sprintf("stores %q: only a part of %s, and the rest has no history", cfg.Subjects, siteSubjects(site))
}

func retentionTrait(info *jetstream.StreamInfo, _ string) (Level, string) {
	switch info.Config.Retention {
	case jetstream.WorkQueuePolicy:
		return Fail, "a work queue: each batch goes to one reader and is deleted, so viewers get no history"
	case jetstream.InterestPolicy:
		return Fail, "interest: a batch stays only while a consumer waits for it, so viewers get no history"
	case jetstream.LimitsPolicy:
	}
	return OK, ""
}

func limitsTrait(info *jetstream.StreamInfo, _ string) (Level, string) {
	cfg := &info.Config
	bounded := cfg.MaxAge > 0 || cfg.MaxBytes > 0 || cfg.MaxMsgs > 0 || cfg.Retention != jetstream.LimitsPolicy || cfg.Sealed
	return traitIf(!bounded, Warn, "none: it keeps every batch for ever")
}

func perSubjectTrait(info *jetstream.StreamInfo, _ string) (Level, string) {
	n := info.Config.MaxMsgsPerSubject
	if n <= 0 {
		return OK, ""
	}
	level, detail := Warn, fmt.Sprintf("keeps %s of each subject, that is of each shard of a region: older ones are evicted, whatever their age, and are not counted as gaps", plural(n, "message"))
	switch {
	case n >= keptPerSubject:
		return OK, detail
	case n < keptPerSubject/10:
		level = Fail
	}
	return level, detail
}

func discardTrait(info *jetstream.StreamInfo, _ string) (Level, string) {
	cfg := &info.Config
	bounded := cfg.MaxBytes > 0 || cfg.MaxMsgs > 0 || cfg.DiscardNewPerSubject
	if cfg.Discard != jetstream.DiscardNew || !bounded {
		return OK, ""
	}
	full := cfg.MaxBytes > 0 && info.State.Bytes*10 > uint64(cfg.MaxBytes)*9 || cfg.MaxMsgs > 0 && info.State.Msgs*10 > uint64(cfg.MaxMsgs)*9
	if full {
		return Fail, "new: it is full and refuses batches, so collectors lose beacons"
	}
	return Warn, "new: once it is full it refuses batches instead of evicting the oldest, and collectors lose beacons"
}

// replicasTrait compares the replicas with the cluster, which has a name only if
// JetStream is clustered.
func replicasTrait(info *jetstream.StreamInfo, _ string) (Level, string) {
	clustered := info.Cluster != nil && info.Cluster.Name != ""
	return traitIf(clustered && info.Config.Replicas <= 1, Warn,
		"one replica in a cluster: while its server is away there is no history, and collectors lose beacons once their queues are full")
}

// peersTrait names the replicas that are away.
func peersTrait(info *jetstream.StreamInfo, _ string) (Level, string) {
	if info.Cluster == nil {
		return OK, ""
	}
	if info.Cluster.Name != "" && info.Cluster.Leader == "" {
		return Fail, "no leader: nothing is stored or read"
	}
	var away []string
	for _, p := range info.Cluster.Replicas {
		if p.Offline || !p.Current {
			away = append(away, p.Name)
		}
	}
	return traitIf(len(away) > 0, Warn, "not in step: "+strings.Join(away, ", "))
}

func mirrorTrait(info *jetstream.StreamInfo, site string) (Level, string) {
	origin := info.Config.Mirror
	if origin == nil {
		return OK, ""
	}
	what := "a mirror of " + originName(origin)
	switch {
	case !receives(&info.Config, siteSubjects(site)):
		return Fail, what + ", without " + siteSubjects(site)
	case info.Mirror == nil:
		return OK, what + ": collectors publish to the origin, viewers read here"
	}
	if problem := sourceProblem(info.Mirror); problem != "" {
		return Fail, what + ": " + problem
	}
	return OK, fmt.Sprintf("%s, %s behind: collectors publish to the origin, viewers read here", what, plural(int64(info.Mirror.Lag), "message"))
}

func sourcesTrait(info *jetstream.StreamInfo, site string) (Level, string) {
	if len(info.Config.Sources) == 0 || info.Config.Mirror != nil {
		return OK, ""
	}
	var names, problems []string
	for _, s := range info.Config.Sources {
		names = append(names, originName(s))
	}
	for _, s := range info.Sources {
		if problem := sourceProblem(s); problem != "" {
			problems = append(problems, s.Name+": "+problem)
		}
	}
	what := "copies " + strings.Join(names, ", ")
	switch {
	case !receives(&info.Config, siteSubjects(site)):
		return Fail, what + ", without " + siteSubjects(site)
	case len(problems) > 0:
		return Fail, what + ": " + strings.Join(problems, "; ")
	case overlaps(info.Config.Subjects, siteSubjects(site)):
		return Warn, what + " and stores " + siteSubjects(site) + " itself: if a source stores the same batches, they are here twice; viewers count them once"
	}
	return OK, what
}

func overlaps(patterns []string, subjects string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return server.SubjectsCollide(p, subjects) })
}

func originName(s *jetstream.StreamSource) string {
	if s.External != nil && s.External.APIPrefix != "" {
		return s.Name + " at " + s.External.APIPrefix
	}
	return s.Name
}

// sourceProblem is why a mirror or a source gets nothing, "" if it does.
func sourceProblem(s *jetstream.StreamSourceInfo) string {
	switch {
	case s.Error != nil:
		return s.Error.Description
	case s.Active < 0:
		return "no contact with its origin yet"
	case s.Active > quietSource:
		return fmt.Sprintf("no contact with its origin for %v", s.Active.Round(time.Second))
	}
	return ""
}
