// Package columns writes and reads Parquet files by column: what a snapshot's
// tables are kept in, flat ones of a few types.
//
// The Parquet library's writers and readers go by rows, through reflection, and
// look every string of every row up in a dictionary. Here a column takes a batch's
// strings as the batch has them, each once and numbers in rows, and gives them
// back so; that is what most of the time goes into otherwise. The library's
// encodings, metadata and Thrift do the rest. What is read is believed in
// nothing: how much a page says it holds is compared with what it does hold before
// room is made for it.
package columns
