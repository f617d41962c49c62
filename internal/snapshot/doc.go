// Package snapshot keeps what was seen: files that can be looked at again with
// every filter, and that a postmortem can be written from.
//
// A snapshot (*.rumsnap) is a zip archive of Parquet tables, so that its figures
// can be checked and taken further with other tools, and of JSON that says what
// it is of; docs/snapshots.md describes it. What is read from one is as little to
// be trusted as what comes from the network: everything in it is checked
// against its checksum and against limits before it is used.
package snapshot
