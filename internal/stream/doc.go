// Package stream moves batches over NATS: it connects, keeps the RUM stream,
// publishes with acknowledgement, and reads history and then live batches as
// one sequence.
//
// A reader receives every batch that the stream holds from the start time on,
// once and in stream order, across lost connections, restarted servers and
// recreated streams. What cannot be delivered is counted in [Status]. Without
// JetStream there is no history: batches arrive as they are published, and
// Status says so.
//
// A publisher resends an accepted batch until the server has acknowledged it.
// All copies have one message id, so the stream stores it once.
package stream
