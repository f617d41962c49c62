// Package demo is the traffic of a shop that does not exist: a few thousand
// users with habits, and an incident that follows a script.
//
// It makes the HTTP requests that the browser agent would send, so whatever
// receives them is the real thing. A [Sim] is a pure function of its seed, its
// scenario, its rate and the zero of its script: the same four always make the
// same bytes, however the time between is cut into calls of [Sim.Generate].
//
// How it works. Time since the script's zero is cut into chunks of one second.
// The sessions that begin in a chunk are drawn from a generator seeded with
// the chunk's number; each session then draws every step it takes from a
// generator seeded with the session's key and the step's number. No session
// lasts longer than six minutes, so a cursor that is set down anywhere
// only has to replay the six minutes before to stand where one that came from
// further back would.
//
// Users keep their region, network, client, tier, flags and clock from one
// session to the next. What they measure is lognormal around a location that
// depends on all of these and on the page. Metrics are sent only by the
// browsers that can measure them: Safari reports LCP and INP from version 19
// on, and CLS only Chromium, which is why n differs between the columns.
//
// The region and the client's address stand in the headers [RegionHeader] and
// X-Forwarded-For, as a CDN would set them. Addresses, hosts and mail domains
// are those that RFC 5737, RFC 3849 and RFC 2606 set aside for documentation.
package demo
