// Package store retains beacons in a compact columnar log: chunks of rows,
// dictionaries of what rows share, and an index of the seconds in which they were
// received. It reads batches into the log and back, and compiles filters and
// groupings against it. It counts nothing: package agg does.
package store
