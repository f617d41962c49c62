package collector

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rumtop/rumtop/internal/agg"
	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/frame"
)

// frame is what a viewer of everything published so far shows.
func (h *harness) frame() *frame.Frame {
	h.t.Helper()
	h.settle()
	a, now := agg.New(agg.Config{}), time.Now()
	h.publisher.mu.Lock()
	defer h.publisher.mu.Unlock()
	for _, p := range h.publisher.batches {
		var b beacon.Batch
		if err := beacon.Decode(p.payload, &b); err != nil {
			h.t.Fatal(err)
		}
		a.Add(&b, now)
	}
	return a.Frame(frame.Query{By: "sdk", Window: time.Hour, Errors: 20}, agg.SourceStatus{}, now)
}

// report is what one person reports in the words of an SDK. Its values are
// JSON, "" if they are not sent.
type report struct{ id, view, session, user, message string }

// member is a member of a JSON object, "" if there is no value.
func member(name, value string) string {
	if value == "" {
		return ""
	}
	return strconv.Quote(name) + ":" + value + ","
}

// attribute is an attribute of OTLP, "" if there is no value.
func attribute(name, value string) string {
	if value == "" || value == "null" {
		return ""
	}
	return fmt.Sprintf(`{"key":%q,"value":{"stringValue":%s}},`, name, strings.Trim(strconv.Quote(unquoted(value)), " "))
}

func unquoted(value string) string {
	if s, err := strconv.Unquote(value); err == nil {
		return s
	}
	return value
}

// errorReports are the formats' ways to report an error.
var errorReports = map[string]struct {
	path   string
	status int
	header []string
	body   func(r report) string
}{
	"native": {"/v1/beacons", 202, nil, func(r report) string {
		return `{` + member("id", r.id) + member("view", r.view) + member("session", r.session) + member("user", r.user) +
			`"errors":[{"type":"Error","message":` + r.message + `}]}`
	}},
	"faro": {"/collect", 202, []string{"Idempotency-Key", "undefined"}, func(r report) string {
		return `{"meta":{"session":{` + member("id", r.session) + `"attributes":{}},"user":{` + member("id", r.user) + `"attributes":{}},"page":{"url":"https://shop.example/a"}},` +
			`"exceptions":[{"type":"Error","value":` + r.message + `}]}`
	}},
	"sentry": {"/api/1/envelope/", 200, nil, func(r report) string {
		return `{` + member("event_id", r.id) + `"sdk":{}}` + "\n" + `{"type":"event"}` + "\n" +
			`{` + member("event_id", r.id) + `"user":{` + member("id", r.user) + `"x":1},"contexts":{"trace":{` + member("trace_id", r.view) + `"op":"x"}},` +
			`"exception":{"values":[{"type":"Error","value":` + r.message + `}]}}`
	}},
	"datadog": {"/datadog", 202, nil, func(r report) string {
		return `{"type":"error","session":{` + member("id", r.session) + `"type":"user"},"usr":{` + member("id", r.user) + `"x":1},` +
			`"view":{` + member("id", r.view) + `"url":"https://shop.example/a"},"error":{` + member("id", r.id) + `"message":` + r.message + `,"source":"source"}}`
	}},
	"elastic": {"/intake/v2/rum/events", 202, []string{"Content-Type", "application/x-ndjson"}, func(r report) string {
		return `{"metadata":{}}` + "\n" + `{"error":{` + member("id", r.id) + member("transaction_id", r.view) +
			`"context":{"page":{"url":"https://shop.example/a"},"user":{` + member("id", r.user) + `"x":1}},"exception":{"message":` + r.message + `}}}`
	}},
	"otlp": {"/v1/logs", 200, nil, func(r report) string {
		attributes := attribute("session.id", r.session) + attribute("page.load.id", r.view) + attribute("user.id", r.user)
		return `{"resourceLogs":[{"resource":{"attributes":[]},"scopeLogs":[{"logRecords":[{"eventName":"exception","attributes":[` + attributes +
			`{"key":"exception.type","value":{"stringValue":"Error"}},{"key":"exception.message","value":{"stringValue":` + r.message + `}}]}]}]}]}`
	}},
	"boomerang": {"/boomerang", 204, []string{"Content-Type", "application/x-www-form-urlencoded"}, func(r report) string {
		form := url.Values{"pgu": {"https://shop.example/a"}, "err": {`[{"m":` + r.message + `,"t":"Error","v":"2"}]`}}
		for name, value := range map[string]string{"pid": r.view, "n": r.id, "rt.si": r.session, "user": r.user} {
			if value != "" {
				form.Set(name, unquoted(value))
			}
		}
		return form.Encode()
	}},
	"aws-rum": {"/appmonitors/1", 202, nil, func(r report) string {
		return `{` + member("BatchId", r.id) + `"UserDetails":{` + member("userId", r.user) + member("sessionId", r.session) + `"x":1},` +
			`"RumEvents":[{"type":"com.amazon.rum.js_error_event","metadata":"{\"pageId\":\"/a\"}","details":{"type":"Error","message":` + r.message + `}}]}`
	}},
}

func (h *harness) report(format string, r report) {
	h.t.Helper()
	f := errorReports[format]
	if a := h.do("POST", f.path+"?key="+testKey, f.body(r), f.header...); a.status != f.status {
		h.t.Errorf("%s: status %d: %s", format, a.status, a.body)
	}
}

// noIDs are values, in JSON, that identify nothing: "" is not sent.
var noIDs = []string{
	"", "null", `""`, `" "`, `"undefined"`, `"null"`, `"NaN"`, `"[object Object]"`, `"0"`, "0", "false", `"00000000-0000-0000-0000-000000000000"`,
	`"00000000000000000000000000000000"`, `"{{id}}"`, `"None"`,
}

// People who have a name each, but whose SDK gives all of them the same id that is
// none, are as many as they are, and all of their errors count.
func TestOneIDForEverybody(t *testing.T) {
	for format := range errorReports {
		t.Run(format, func(t *testing.T) {
			for _, id := range noIDs {
				h := newHarness(t, func(c *Config) { c.BatchBeacons = 1 })
				for n := range 4 {
					h.report(format, report{id: id, view: id, session: id, user: fmt.Sprintf(`"u%d"`, n), message: fmt.Sprintf(`"%c failed"`, 'a'+n)})
				}
				if f := h.frame(); f.Total.Errors != 4 || f.Total.Users != 4 || f.Total.Affected != 4 || f.Health.Duplicates != 0 {
					t.Errorf("id %s: %v errors of %d users, %d duplicates, want 4 of 4", id, f.Total.Errors, f.Total.Users, f.Health.Duplicates)
				}
			}
		})
	}
}

// A resend counts once in every format, also if what it calls an id is none.
func TestResendWithoutIDCountsOnce(t *testing.T) {
	for _, format := range []string{"faro", "elastic", "otlp", "aws-rum", "datadog"} {
		h := newHarness(t, nil)
		for range 2 {
			h.report(format, report{id: "null", user: `"u1"`, message: `"failed"`})
		}
		if f := h.frame(); f.Total.Errors != 1 {
			t.Errorf("%s: %v errors, want 1", format, f.Total.Errors)
		}
	}
}

// Two people who report the same without any id are two if their browsers differ.
func TestSameReportOfTwoPeople(t *testing.T) {
	for format, f := range errorReports {
		h := newHarness(t, nil)
		for _, agent := range []string{"one", "other"} {
			body := f.body(report{message: `"failed"`})
			if a := h.do("POST", f.path+"?key="+testKey, body, append([]string{"User-Agent", agent}, f.header...)...); a.status != f.status {
				t.Errorf("%s: status %d: %s", format, a.status, a.body)
			}
		}
		if f := h.frame(); f.Total.Errors != 2 {
			t.Errorf("%s: %v errors, want 2", format, f.Total.Errors)
		}
	}
}

// A word in place of a user is no id: sessions count.
func TestUserThatNamesNobody(t *testing.T) {
	words := append([]string{
		`"true"`, "true", "-1", `"-1"`, `"nil"`, `"(null)"`, `"anonymous"`, `"Anonymous"`, `"guest"`, `"unknown"`, `"function () {}"`, `"${user.id}"`, `"%USER_ID%"`, `"user_id"`, `"invité"`,
	}, noIDs...)
	for format := range errorReports {
		t.Run(format, func(t *testing.T) {
			for _, word := range words {
				h := newHarness(t, func(c *Config) { c.BatchBeacons = 1 })
				for n := range 3 {
					view := fmt.Sprintf(`"%032x"`, n+1)
					r := report{id: fmt.Sprintf(`"e%d"`, n), view: view, session: fmt.Sprintf(`"s%d"`, n), user: word, message: `"failed"`}
					agent := []string{"User-Agent", fmt.Sprint("browser ", n)} // Elastic's errors name no session
					f := errorReports[format]
					h.do("POST", f.path+"?key="+testKey, f.body(r), append(agent, f.header...)...)
				}
				if f := h.frame(); f.Total.Affected != 3 {
					t.Errorf("user %s: %d affected users, want 3", word, f.Total.Affected)
				}
			}
		})
	}
}

// A user that the page names late counts once, whatever the shards.
func TestLateUserCountsOnce(t *testing.T) {
	h := newHarness(t, func(c *Config) { c.BatchBeacons = 1 })
	h.post(`{"navigation":true,"view":"v","session":"s","errors":[{"message":"early"}]}`)
	h.post(`{"view":"v","session":"s","user":"u9","errors":[{"message":"late"}]}`)
	if f := h.frame(); f.Total.Views != 1 || f.Total.Users != 1 || f.Total.Affected != 1 || f.Total.Errors != 2 {
		t.Errorf("%v views, %d users, %d affected, %v errors, want 1, 1, 1, 2", f.Total.Views, f.Total.Users, f.Total.Affected, f.Total.Errors)
	}
}

// elasticType is the media type of Elastic's requests.
const elasticType = "application/x-ndjson"

// elasticLoad is a page load, which names a session.
func elasticLoad(page, session string) string {
	return `{"metadata":{}}` + "\n" + `{"transaction":{"id":"t` + page + session + `","type":"page-load","name":"` + page + `","sampled":true,"duration":900,` +
		`"session":{"id":"` + session + `"},"context":{"page":{"url":"https://shop.example` + page + `"}},"marks":{"agent":{"largestContentfulPaint":1200}}}}`
}

// elasticError is an error, which names none.
func elasticError(page, message string) string {
	return `{"metadata":{}}` + "\n" + `{"error":{"exception":{"type":"Error","message":"` + message + `"},"context":{"page":{"url":"https://shop.example` + page + `"}}}}`
}

// elasticUser adds the user to what one of the two sends.
func elasticUser(lines, user string) string {
	return strings.Replace(lines, `"context":{`, `"context":{"user":{"id":"`+user+`"},`, 1)
}

func faroFrom(page, ids, message string) string {
	return `{"meta":{` + ids + `"page":{"url":"https://shop.example` + page + `"}},"exceptions":[{"type":"Error","value":"` + message + `"}]}`
}

func otlpFrom(page, ids, message string) string {
	return `{"resourceLogs":[{"resource":{"attributes":[]},"scopeLogs":[{"logRecords":[{"eventName":"exception","attributes":[` + ids +
		`{"key":"url.full","value":{"stringValue":"https://shop.example` + page + `"}},{"key":"exception.message","value":{"stringValue":"` + message + `"}}]}]}]}]}`
}

// sent is a request of a person, told by the browser.
type sent struct{ browser, path, body string }

// One person's beacons name different ids, or none.
func TestBeaconsTiedTogether(t *testing.T) {
	const elastic, faro, logs, datadog, sentry, boomerang = "/intake/v2/rum/events", "/collect", "/v1/logs", "/datadog", "/api/1/envelope/", "/boomerang"
	faroSession, faroUser := `"session":{"id":"s"},`, `"user":{"id":"u"},`
	otlpSession := `{"key":"session.id","value":{"stringValue":"s"}},`
	otlpUser := `{"key":"user.id","value":{"stringValue":"u"}},`
	datadogEvent := func(message, user string) string {
		return `{"type":"error","session":{"id":"s"},` + user + `"view":{"id":"v","url":"https://shop.example/cart"},"error":{"id":"` + message + `","message":"` + message + `","source":"source"}}`
	}
	sentryEvent := func(message, user string) string {
		return `{}` + "\n" + `{"type":"event"}` + "\n" + `{"event_id":"` + message + `",` + user + `"request":{"url":"https://shop.example/cart"},` +
			`"contexts":{"trace":{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}},"exception":{"values":[{"type":"Error","value":"` + message + `"}]}}`
	}
	boomerangForm := func(n, more string) string {
		return "pid=p1&n=" + n + "&pgu=https%3A%2F%2Fshop.example%2Fcart" + more
	}
	for _, tc := range []struct {
		name                 string
		sent                 []sent
		views, users, errors int
	}{
		{"Elastic: a page load, then an error", []sent{{"a", elastic, elasticLoad("/cart", "s")}, {"a", elastic, elasticError("/cart", "x")}}, 1, 1, 1},
		{"Elastic: an error, then the page load", []sent{{"a", elastic, elasticError("/cart", "x")}, {"a", elastic, elasticLoad("/cart", "s")}}, 1, 1, 1},
		{"Elastic: an error after a change of route", []sent{{"a", elastic, elasticLoad("/cart", "s")}, {"a", elastic, elasticError("/pay", "x")}}, 2, 1, 1},
		{"Elastic: another person elsewhere", []sent{{"a", elastic, elasticLoad("/cart", "s")}, {"b", elastic, elasticError("/cart", "x")}}, 2, 2, 1},
		{"Elastic: two people, told apart by the page", []sent{
			{"a", elastic, elasticLoad("/cart", "s")}, {"a", elastic, elasticLoad("/pay", "s2")}, {"a", elastic, elasticError("/cart", "x")}, {"a", elastic, elasticError("/pay", "x")},
		}, 2, 2, 2},
		{"Elastic: two people on one page", []sent{
			{"a", elastic, elasticLoad("/cart", "s")}, {"a", elastic, elasticLoad("/cart", "s2")}, {"a", elastic, elasticError("/cart", "x")},
		}, 3, 3, 1},
		{"Elastic: a session goes on with another user", []sent{
			{"a", elastic, elasticUser(elasticLoad("/cart", "s"), "u1")}, {"a", elastic, elasticUser(elasticError("/cart", "x"), "u1")},
			{"a", elastic, elasticUser(elasticError("/pay", "y"), "u2")}, {"a", elastic, elasticUser(elasticLoad("/pay", "s"), "u2")},
		}, 2, 2, 2},
		{"Faro: session, then none", []sent{{"a", faro, faroFrom("/cart", faroSession, "x")}, {"a", faro, faroFrom("/cart", "", "y")}}, 1, 1, 2},
		{"Faro: none, then session", []sent{{"a", faro, faroFrom("/cart", "", "x")}, {"a", faro, faroFrom("/cart", faroSession, "y")}}, 1, 1, 2},
		{"Faro: user, then session", []sent{{"a", faro, faroFrom("/cart", faroUser, "x")}, {"a", faro, faroFrom("/cart", faroSession, "y")}}, 1, 1, 2},
		{"Faro: session, then user", []sent{{"a", faro, faroFrom("/cart", faroSession, "x")}, {"a", faro, faroFrom("/cart", faroUser, "y")}}, 1, 1, 2},
		{"Faro: session, then both", []sent{{"a", faro, faroFrom("/cart", faroSession, "x")}, {"a", faro, faroFrom("/cart", faroSession+faroUser, "y")}}, 1, 1, 2},
		{"Faro: both, then user", []sent{{"a", faro, faroFrom("/cart", faroSession+faroUser, "x")}, {"a", faro, faroFrom("/cart", faroUser, "y")}}, 1, 1, 2},
		{"Faro: both, then the user on another device", []sent{{"a", faro, faroFrom("/cart", faroSession+faroUser, "x")}, {"b", faro, faroFrom("/cart", faroUser, "y")}}, 2, 1, 2},
		{"Faro: user here, session on another page", []sent{{"a", faro, faroFrom("/cart", faroUser, "x")}, {"a", faro, faroFrom("/pay", faroSession, "y")}}, 2, 2, 2},
		{"OTLP: session, then none", []sent{{"a", logs, otlpFrom("/cart", otlpSession, "x")}, {"a", logs, otlpFrom("/cart", "", "y")}}, 1, 1, 2},
		{"OTLP: user, then session, then none", []sent{
			{"a", logs, otlpFrom("/cart", otlpUser, "x")}, {"a", logs, otlpFrom("/cart", otlpSession, "y")}, {"a", logs, otlpFrom("/cart", "", "z")},
		}, 1, 1, 3},
		{"web-vitals: session, then none", []sent{{"a", "/web-vitals", vital("LCP", 1, 0, `,"session":"s"`)}, {"a", "/web-vitals", vital("INP", 2, 0, "")}}, 1, 1, 0},
		{"Datadog: before the user is known", []sent{{"a", datadog, datadogEvent("x", "")}, {"a", datadog, datadogEvent("y", `"usr":{"id":"u"},`)}}, 1, 1, 2},
		{"Datadog: an e-mail, then an id", []sent{{"a", datadog, datadogEvent("x", "")}, {"a", datadog, datadogEvent("y", `"usr":{"email":"u@shop.example"},`)}}, 1, 1, 2},
		{"Sentry: user, then none", []sent{{"a", sentry, sentryEvent("x", `"user":{"id":"u"},`)}, {"a", sentry, sentryEvent("y", "")}}, 1, 1, 2},
		{"Sentry: none, then user", []sent{{"a", sentry, sentryEvent("x", "")}, {"a", sentry, sentryEvent("y", `"user":{"id":"u"},`)}}, 1, 1, 2},
		{"Sentry: one trace in a cached page", []sent{{"a", sentry, sentryEvent("x", `"user":{"id":"u"},`)}, {"b", sentry, sentryEvent("y", `"user":{"id":"w"},`)}}, 1, 2, 2},
		{"boomerang: session, then none", []sent{
			{"a", boomerang, boomerangForm("1", "&rt.si=s&t_done=900&t_resp=80")}, {"a", boomerang, boomerangForm("2", `&err=[{"m":"x","v":"2"}]`)},
		}, 1, 1, 1},
		{"boomerang: session, then user", []sent{
			{"a", boomerang, boomerangForm("1", "&rt.si=s&t_done=900&t_resp=80")}, {"a", boomerang, boomerangForm("2", `&user=u&err=[{"m":"x","v":"2"}]`)},
		}, 1, 1, 1},
		{"native: one names the session, the other the user", []sent{
			{"a", "/v1/beacons", `{"view":"v","session":"s","navigation":true}`}, {"a", "/v1/beacons", `{"view":"v","user":"u","errors":[{"message":"x"}]}`},
		}, 1, 1, 1},
		{"native: only the view", []sent{
			{"a", "/v1/beacons", `{"view":"v","navigation":true}`}, {"a", "/v1/beacons", `{"view":"v","session":"s","user":"u","errors":[{"message":"x"}]}`},
		}, 1, 1, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, func(c *Config) { c.BatchBeacons = 1 })
			for _, s := range tc.sent {
				media := "application/json"
				switch s.path {
				case elastic:
					media = elasticType
				case boomerang:
					media = "application/x-www-form-urlencoded"
				}
				if a := h.do("POST", s.path+"?key="+testKey, s.body, "User-Agent", s.browser, "Content-Type", media); a.status >= 300 {
					t.Fatalf("%s: status %d: %s", s.path, a.status, a.body)
				}
			}
			f := h.frame()
			if int(f.Total.Views) != tc.views || f.Total.Users != tc.users || int(f.Total.Errors) != tc.errors {
				t.Errorf("%v views, %d users, %v errors, want %d, %d, %d", f.Total.Views, f.Total.Users, f.Total.Errors, tc.views, tc.users, tc.errors)
			}
		})
	}
}
