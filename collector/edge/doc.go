// Package edge limits what clients can take from the collector's HTTP server
// before anything of theirs is decoded: connections, unfinished headers,
// request rates and the memory of bodies. It also decides whose word counts:
// which addresses are trusted proxies, which client is behind them, which
// origins may report, and which certificate the server shows.
//
// Everything here is bounded, whatever clients do, and knows nothing of
// beacons: the handler in package collector composes these parts and turns
// their errors into HTTP answers.
package edge
