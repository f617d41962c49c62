// Package snapshot writes and reads snapshots: files with every retained
// beacon, which rumtop can show with any filter, and write reports from.
//
// A snapshot (*.rumsnap) is a zip archive of Parquet tables, so that other
// tools can check its figures and compute more, and of JSON with its metadata;
// docs/snapshots.md describes it. A file is as untrusted as the network:
// everything in it is checked against checksums and limits before it is used.
package snapshot
