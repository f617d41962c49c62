package collector

// Publisher is where batches go, a NATS connection in real life.
//
// Publish never waits for the server. id is the same when a batch is tried
// again, so that the server can drop the copy. done is called exactly once,
// from any goroutine, with nil once the server has the batch or with what
// finally went wrong. An error returned means that the batch was not taken, and
// that done will not be called. The payload must not be changed after the call.
type Publisher interface {
	Publish(subject, id string, payload []byte, done func(error)) error
}
