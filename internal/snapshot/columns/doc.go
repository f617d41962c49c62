// Package columns writes and reads Parquet files by column: the tables of
// snapshots, which are flat and of a few types.
//
// The Parquet library's writers and readers go by rows, through reflection, and
// look every string of every row up in a dictionary. Here a column takes a
// batch's strings as the batch has them, each once and numbers in rows, and
// gives them back so, which saves most of the time. The library's encodings,
// metadata and Thrift do the rest. Input is untrusted: the counts that a page
// states are compared with its contents before memory is allocated.
package columns
