// Package demo is the traffic of a shop that does not exist: a few thousand
// users with habits, and an incident that follows a script.
//
// It makes the HTTP requests that the browser agent would send, so whatever
// receives them is the real thing. A [Sim] is a pure function of its seed, its
// scenario, its rate and the zero of its script: the same four make the same
// bytes (on one processor architecture: the last digit of a float may differ
// between two), however the time is cut into calls of [Sim.Generate].
//
// # The scripts
//
// The script's zero is the moment at which somebody begins to watch. In the
// scenario "incident", release 2.4.1 begins to roll out four minutes earlier
// and has 60 % of the users after two and a half. Its checkout cannot take
// payments in Safari where the flag new-payment is on, in eu-west and
// eu-central. At +3 min a CDN slows down in ap-south, at +6 min the release is
// rolled back, at +8 min the CDN heals. Every 20 minutes it all happens again
// with the next release. In "quiet" nothing happens at all.
//
// The others begin at the same moment, each with one trouble that lasts ten or
// twelve minutes, and begin again every 20: in "slow-cdn" the CDN of ap-south
// alone; in "bad-release" a release whose product pages throw in Firefox; in
// "third-party" a script that holds up input on the pages that carry it; in
// "api" a cart that fails 3 % of its calls; in "white-page" a release that does
// not run at all in Safari 18, so that nothing comes from there; in "sampling"
// somebody sets the agent to a tenth of the sessions, which hurts nobody.
//
// # How it works
//
// Time is cut into chunks of one second. The sessions that begin in a chunk
// are drawn from a generator seeded with the chunk's number; each session then
// draws every step it takes from a generator seeded with the session's key and
// the step's number. No session lasts longer than six minutes, so a cursor
// that is set down anywhere only has to replay the six minutes before to stand
// where one that came from further back would.
//
// Users keep their region, network, client, tier, flags and clock from one
// session to the next. What they measure is lognormal around a location that
// depends on all of these and on the page. Metrics are sent only by the
// browsers that can measure them: Safari reports LCP and INP from version 19
// on, and only Chromium reports CLS, which is why n differs between the columns.
//
// # What a collector needs
//
// Region and client address stand in the headers [RegionHeader] and
// X-Forwarded-For, as a CDN would set them: the collector has to be told the
// name of the first and to trust the address that posts. Pages come from
// [Origin]. Addresses, hosts and mail domains are those that RFC 5737,
// RFC 3849 and RFC 2606 set aside for documentation.
package demo
