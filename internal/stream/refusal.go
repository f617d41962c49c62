package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Why there is no history.
var (
	ErrNoJetStream = errors.New("the server keeps no history (JetStream is off)")
	ErrNoStream    = errors.New("the server has no stream " + StreamName + " yet")
	errNoAnswer    = errors.New("JetStream does not answer")
)

// Refusal is a request that JetStream does not serve: what stands in the way and
// what to do. [errors.Is] finds [ErrDenied], [ErrNoJetStream] and [ErrNoStream]
// in it.
type Refusal struct {
	Op      string // what was tried: "read the stream RUM"
	What    string // what stands in the way, in a few words
	Next    string // what to do
	Code    int    // the server's error code; 0: none
	Passing bool   // it can end without an operator: try again
	cause   error
}

func (r *Refusal) Error() string { return r.Op + ": " + r.What + ": " + r.Next }

// Unwrap returns the general reason, if it has one.
func (r *Refusal) Unwrap() error { return r.cause }

// refusalReason explains error codes of JetStream. See errors.json of
// nats-server for all of them.
type refusalReason struct {
	codes   []jetstream.ErrorCode
	what    string // "": the server's own description
	next    string
	passing bool
}

// cannotServe are the states of a cluster that pass.
const cannotServe = "wait for the cluster, or check it: nats server report jetstream"

// refusalReasons explain why a stream or a consumer is refused. Codes that are
// not listed keep the server's description.
var refusalReasons = [...]refusalReason{
	// A consumer.
	{[]jetstream.ErrorCode{10084, 10098, 10099, 10100, 10101}, StreamName + " is a work queue",
		"a work queue gives each batch to one reader: recreate " + StreamName + " with limits retention, as docs/nats.md shows", false},
	{[]jetstream.ErrorCode{10026}, StreamName + " or the account has all the consumers it may have",
		"raise max_consumers of the stream and of the account, or close other viewers", false},
	{[]jetstream.ErrorCode{10093, 10131}, StreamName + " does not store these subjects", "store rum.v1.> in " + StreamName, false},
	{[]jetstream.ErrorCode{10126, 10134}, StreamName + " wants consumers with as many replicas as it has itself",
		"recreate " + StreamName + " with limits retention, as docs/nats.md shows", false},
	{[]jetstream.ErrorCode{10112, 10125, 10153}, "", "raise this limit of the stream or of the server", false},
	{[]jetstream.ErrorCode{10025, 10078, 10085, 10136, 10137, 10138, 10139, 10157, 10185}, "",
		"the server is too old or too strict for this consumer: use NATS 2.10 or later", false},
	{[]jetstream.ErrorCode{10014, 10149}, "the consumer is gone", "retrying", true},
	{[]jetstream.ErrorCode{10012, 10104}, "", "check the server's log and its disk", true},

	// The stream.
	{[]jetstream.ErrorCode{10109}, StreamName + " is sealed", "recreate it: a sealed stream takes no batch", false},
	{[]jetstream.ErrorCode{10118, 10194}, StreamName + " is offline", "check the server that holds it: nats stream info " + StreamName, true},
	{[]jetstream.ErrorCode{10119, 10195}, "the consumer is offline", "check the server that holds " + StreamName, true},
	{[]jetstream.ErrorCode{10065}, "its subjects are taken by another stream",
		"remove rum.> from that stream's subjects, or let it store other ones", false},
	{[]jetstream.ErrorCode{10058}, "a stream of this name has another configuration", "check it: nats stream info " + StreamName, false},
	{[]jetstream.ErrorCode{10052, 10049, 10053, 10060, 10096}, "", "create it by hand, as docs/nats.md shows", false},

	// Limits of the account and the server.
	{[]jetstream.ErrorCode{10002}, "the account has used what it may store", "raise the account's JetStream limits, or remove a stream", false},
	{[]jetstream.ErrorCode{10023, 10047}, "the server has no storage left", "raise max_file_store, free the disk, or remove a stream", false},
	{[]jetstream.ErrorCode{10028}, "the server has no memory left for JetStream", "raise max_memory_store, or remove a stream", false},
	{[]jetstream.ErrorCode{10027}, "the account has all the streams it may have", "raise its limit of streams, or remove one", false},
	{[]jetstream.ErrorCode{10113}, "the account wants streams with a size limit", "create it with --max-bytes", false},
	{[]jetstream.ErrorCode{10122}, "the account wants smaller streams", "create it with a smaller --max-bytes, or raise the account's max_bytes", false},
	{[]jetstream.ErrorCode{10120}, "the account has no JetStream limits for this number of replicas", "set limits for this tier in the account", false},
	{[]jetstream.ErrorCode{10117}, "it has too many subjects to list", "name the site with --site", false},

	// The cluster.
	{[]jetstream.ErrorCode{10005, 10010, 10011, 10074, 10075}, "the cluster cannot place it", "use no more replicas than it has servers with JetStream", false},
	{[]jetstream.ErrorCode{10036}, "", "use NATS 2.10 or later in the whole cluster", false},
	{[]jetstream.ErrorCode{10003, 10004, 10006, 10007, 10008, 10009, 10041, 10048, 10051, 10077, 10110, 10123, 10124, 10167, 10202, 10226},
		"", cannotServe, true},
}

// reasonOf returns the explanation of an error of JetStream. An unknown one of
// the server's own state passes, one of the request does not.
func reasonOf(api *jetstream.APIError) refusalReason {
	for i := range refusalReasons {
		if slices.Contains(refusalReasons[i].codes, api.ErrorCode) {
			return refusalReasons[i]
		}
	}
	if api.Code >= 500 || api.Code == 429 {
		return refusalReason{next: cannotServe, passing: true}
	}
	return refusalReason{next: "check the stream and the account: nats stream info " + StreamName}
}

// refusalOf makes a refusal of an error of JetStream.
func refusalOf(op string, api *jetstream.APIError) *Refusal {
	reason := reasonOf(api)
	if reason.what == "" {
		reason.what = api.Description
		if reason.what == "" {
			reason.what = fmt.Sprintf("error %d of JetStream", api.ErrorCode)
		}
	}
	return &Refusal{Op: op, What: reason.what, Next: reason.next, Code: int(api.ErrorCode), Passing: reason.passing}
}

// apiError translates an error of JetStream's API. It is [ErrNoJetStream],
// [ErrNoStream], a [Refusal], or errDisconnected.
func (c *Conn) apiError(ctx context.Context, op string, err error) error {
	var api *jetstream.APIError
	switch {
	case errors.Is(context.Cause(ctx), ErrDenied):
		return denied(op)
	case errors.Is(context.Cause(ctx), errDisconnected):
		err = errDisconnected
	case errors.Is(err, nats.ErrNoResponders) && c.apiPrefix != jetstream.DefaultAPIPrefix:
		return &Refusal{Op: op, What: "no JetStream answers at " + c.apiPrefix + ">", Next: "check the domain or API prefix of the context", cause: ErrNoJetStream}
	case errors.Is(err, nats.ErrNoResponders), errors.Is(err, jetstream.ErrJetStreamNotEnabled),
		errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount), errors.As(err, &api) && api.ErrorCode == noAccount:
		return ErrNoJetStream
	case errors.Is(err, jetstream.ErrStreamNotFound):
		return ErrNoStream
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return &Refusal{Op: op, What: errNoAnswer.Error(), Next: cannotServe, Passing: true, cause: errNoAnswer}
	case errors.As(err, &api):
		return refusalOf(op, api)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// denied is a request that the user may not make.
func denied(op string) *Refusal {
	return &Refusal{Op: op, What: ErrDenied.Error(), Next: "docs/nats.md lists the permissions", cause: ErrDenied}
}

// overlapping returns the names of the streams that store some of our subjects,
// "" if there are none or the user may not ask.
func overlapping(ctx context.Context, c *Conn) string {
	if !c.mayPublish(c.apiPrefix + apiStreamNames) {
		return ""
	}
	js, err := c.jetStream()
	if err != nil {
		return ""
	}
	ctx, cancel := c.request(ctx, apiStreamNames)
	defer cancel()
	var names []string
	list := js.StreamNames(ctx, jetstream.WithStreamListSubject(streamSubjects))
	for name := range list.Name() {
		if name != StreamName && len(names) < maxOverlapping {
			names = append(names, name)
		}
	}
	if errors.Is(context.Cause(ctx), ErrDenied) {
		c.violations.Add(-1) // the question is optional
	}
	return strings.Join(names, ", ")
}

// maxOverlapping is how many of the streams a message names.
const maxOverlapping = 3

// cannotMake is the operation of a stream that is missing for a reason.
const cannotMake = "cannot make " + StreamName

// subjectsTaken is the refusal to make a stream whose subjects others store.
func subjectsTaken(by string) *Refusal {
	return &Refusal{
		Op: cannotMake, What: "its subjects are taken by " + by, Code: subjectOverlap, cause: ErrNoStream,
		Next: "remove them from the subjects of " + by + ", and " + StreamName + " is made by itself",
	}
}

// Codes of JetStream that are looked for.
const (
	subjectOverlap = 10065
	noAccount      = 10035 // the server does not know the account
	workQueue      = 10099 // one of several for consumers on a work queue
)

// missingStream is why a stream that does not exist cannot be read: another one
// has its subjects, or it has not been made yet.
func missingStream(ctx context.Context, c *Conn) error {
	if by := overlapping(ctx, c); by != "" {
		return subjectsTaken(by)
	}
	return ErrNoStream
}
