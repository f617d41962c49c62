// Package stream is rumtop's way over NATS: connecting, the subjects' stream,
// publishing batches with acknowledgement, and reading history and then live
// batches as one sequence.
//
// What it promises to readers: every batch that the stream holds from the
// start time on is delivered once and in stream order, across lost connections,
// restarted servers and streams that were made anew; what cannot be delivered
// is counted ([Status]) and never passed over in silence. Without JetStream
// there is no history, batches come as they are published, and Status says so.
//
// What it promises to publishers: a batch that was taken is sent until the
// server has acknowledged it, under one message id, so that it is stored once.
package stream
