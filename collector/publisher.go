package collector

// Publisher delivers batches, in practice over a NATS connection.
//
// Publish never waits for the server. id is the same when a batch is tried
// again, so that the server can drop the copy. done is called exactly once,
// from any goroutine: with nil once the server has the batch, or with the final
// error. If Publish returns an error, the batch was not accepted and done is
// not called. The payload must not be changed after the call.
type Publisher interface {
	Publish(subject, id string, payload []byte, done func(error)) error
}
