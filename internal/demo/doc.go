// Package demo simulates the traffic of a web shop: a few thousand users with
// habits, and an incident that follows a script.
//
// It generates the HTTP requests of the browser agent, so the real collector
// can receive them. A [Sim] is a pure function of its seed, scenario, rate and
// start: the same four produce the same bytes, for any split of the time into
// calls of [Sim.Generate]. Between two processor architectures the last digit of
// a float can differ.
//
// # The scenarios
//
// A scenario's zero is the moment at which a user starts to watch. In "incident"
// release 2.4.1 starts to roll out four minutes earlier and has 60 % of the
// users after two and a half minutes. Its checkout cannot accept payments in
// Safari with the flag new-payment in eu-west and eu-central. At +3 min a CDN
// slows down in ap-south, at +6 min the release is rolled back, at +8 min the
// CDN recovers. All of it repeats every 20 minutes with the next release. In
// "quiet" nothing happens.
//
// The other scenarios start at the same moment, each with one problem of ten or
// twelve minutes that repeats every 20: in "slow-cdn" only the CDN of ap-south;
// in "bad-release" a release whose product pages throw in Firefox; in
// "third-party" a script that blocks input on its pages; in "api" a cart that
// fails 3 % of its calls; in "white-page" a release that does not run in Safari
// 18, which therefore sends nothing; in "canary" a release without a defect; in
// "sampling" the agent is set to a tenth of the sessions, which affects no user.
//
// # How it works
//
// Time is divided into chunks of one second. The sessions that start in a chunk
// are drawn from a generator seeded with the chunk's number; each session then
// draws each of its steps from a generator seeded with the session's key and the
// step's number. No session lasts longer than six minutes, so a cursor at any
// moment only has to replay the six minutes before.
//
// Users keep their region, network, client, tier, flags and clock between
// sessions. Measured values are lognormal around a location that depends on all
// of these and on the page. Only browsers that can measure a metric send it:
// Safari has LCP and INP since version 19, and only Chromium has CLS, which is
// why n differs between the columns.
//
// # Collector settings
//
// Region and client address are in the headers [RegionHeader] and
// X-Forwarded-For, as a CDN sets them: the collector must know the name of the
// first and trust the posting address. Pages are at [Origin]. Addresses, hosts
// and mail domains are reserved for documentation by RFC 5737, RFC 3849 and
// RFC 2606.
package demo
