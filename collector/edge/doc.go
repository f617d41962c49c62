// Package edge protects the collector's HTTP server before anything that a
// client sent is decoded. It limits connections, unfinished headers, request
// rates and the memory of bodies. It knows which addresses are trusted proxies
// and which client is behind them, which origins may report, and which
// certificate the server shows.
//
// Everything here is bounded, whatever clients do, and knows nothing of beacons.
// The handler in package collector composes these parts and turns their errors
// into HTTP answers.
package edge
