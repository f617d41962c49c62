package scrub

import (
	"strings"
	"testing"
)

// hostile are patterns that, repeated, keep a scanner busy, with and without secrets.
var hostile = map[string]string{
	"at": "@", "locals": "a@", "domains": "a.", "addresses": "a@b.co ", "unended": "x@y.", "underscores": "_@a.b",
	"digits": "4", "singles": "4 ", "cards": "4111 1111 1111 1111 ", "near cards": "4111-1111-1111-1112-", "phones": "+49 151 2345678 ", "dashed": "555-",
	"colons": ":", "double colons": "::", "hex colons": "a:", "addresses6": "2001:db8::1 ", "groups6": "1:2:3:4:5:6:7:", "macs": "00:1a:2b:3c:4d:",
	"pairs": "password=", "pair chain": "pin=", "coordinates": "lat=", "cookies": "cookie: [email] ", "quotes": `password="`, "braces": `password={`, "token prose": "token: a ",
	"slashes": "/", "paths": "/a", "users": "/users/8412", "urls": "https://a.b/c?d ", "url run": "https://", "userinfo": "https://a:b@", "queries": "a?b=", "blobs": "blob:",
	"percent": "%25", "percent40": "a%40b.co ", "percents": "%", "nested": "%2525252525", "backslashes": `\`, "unicode escapes": `\u0040`, "entities": "&#64;", "windows": `\Users\a`,
	"keys": "-----BEGIN RSA PRIVATE KEY-----", "dashes": "-", "ends": "-----END ", "jwts": "eyJhbGciOiJ9.", "jwt run": "eyJ", "base64": "aB3/", "random": "x1Y2z3A4b5C6d7E8f9G0hJkL ", "run": "aB3x", "words": "a-", "akia": "AKIA", "bearer": "bearer x1", "bearers": "bearer ",
	"fullwidth": "４", "en dashes": "4–", "han": "漢", "han address": "漢@字.广告 ", "zero width": "\u200b", "invalid": "\xff", "controls": "\x01a", "lines": "\n", "frames": "    at f (https://a.b/c.js:1:2)\n", "gecko": "f@https://a.b/c.js:1:2\n", "at at": "at (",
	"numeric hosts": "http://0x", "ec2": "ip-1-2-3-4", "codes": "pin2: 4821 ", "digest": "authorization: digest ", "foreign": "пароль=", "phones beyond": "电话 1380013 ", "dates": "/2024/11", "tildes": "/~a", "hashes": "id 3f2a9c81d4e5b6a7c8d93f2a9c81d4e5b6a7c8d9 ", "module hashes": "webpack:///a?a1b2 ", "invariants": "https://a.b/?invariant=418&",
	"ibans": "DE89 3704 0044 0532 0130 0", "iban run": "DE89", "geo": "52.520008, 13.404954, ", "degrees": "52°", "brackets": "[", "placeholders": "[email]", "parens": "(", "closing": ")", "data": "data:a/b,", "tags": "<pin>1</pin>", "lt": ">", "labels": "phone number is ", "ulids": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "uuids": "550e8400-e29b-41d4-a716-446655440000-",
	// Near misses: what looks like the beginning of a match.
	"digits apart": "1.2-3/4 ", "letters and colons": "a:b:c:", "equals": "token=token=", "quotes in quotes": `"'\"`, "unended key": "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "dotted base64": "aB3xY9zQ.",
	"zero width amid": "4\u200b", "stated": "password is ", "arrows": "password -> ", "phrases": "passphrase: a b ", "below": "password:\n  a", "sent codes": "code 123 ", "spaced keys": "api key: ", "escapes amid": "é%4 ", "at signs": "@@@a",
	"code phrases": "your code is for the user 1234 ", "codes unsure": "1234 is not the number for you ", "codes beyond": "код для 1234 ", "codes unspaced": "认证動 1234 ",
	"person pages": "/users/case-studies", "slugs": "/a-1~b2-", "positions": "/52.5200", "ids in slugs": "/shoes-a1b2c3d4",
	"code names": "usePassword: a b ", "cookie attributes": "cookie: a=1;", "casual cells": "table cell 202 555 0147 ", "sums": "coins +12025550147 ", "gaps": "password:                        ",
	"form parts": "name=\"password\"\n\na\n", "headers of parts": "name=\"a\"\nb\n", "spelled ats": "jane at example dot ", "spelled domains": "a (at) b dot c.", "passwords in quotes": "password \"sunflower\" ", "calls": "setPassword(\"a", "passwords before": "password a1b2c3 ", "wallets": "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318 ", "dashed pairs": "aa-bb-", "hemispheres": "N52.5200 ",
	"bound codes": "@a.b #12 ", "recovery words": "abandon ability able about above absent absorb abstract absurd abuse access not ", "recovery phrases": "abandon ", "labelled phrases": "seed phrase casa ", "latitudes": `"latitude": 1.`,
	// Labels of people, markup and fields.
	"names": "name=", "user ids": "user_id=1 ", "user names": "username: ", "open names": `"username":"`, "full names": "full name: Ann ", "inputs": "<input ", "open inputs": `<input name="otp" value="`, "open attributes": `<a b="`, "selects": `<select name="dob"><option value="1">`,
	"fields": `{"name":"otp","value":"`, "values": `"value":`, "braced values": `{"value":`, "braced ids": `{id:`, "owned ids": "User(id=1,", "selectors": `[value="`, "database keys": ")=(", "entries": "entry 'a' for key ", "passports": "passport no ", "user numbers": "user 1 ", "streets": "street: 4 Rue ",
	// The slowest of a search over series of labels, signs and values.
	"foreign schemes": "王://a", "arrow schemes": "1→://", "escaped slashes": "0%2Fa://", "numbered schemes": "04111%2F://", "empty cookies": "cookie: =cookie: =@", "arrows of cookies": "set-cookie: =>Ann%40", "variables": "cookie: ${", "greeted variables": "cookie: ${ hi Ann, ",
	"code fields": "{\"name\":\"otp\",\"code\":\"", "attributes": "name='id' value=\"", "hex words": "0x", "segments": "/a/@b/", "near labels": "lat,lng,", "blank digits": "4 1  2 ",
	"birth dates": "dob: 2 July ", "lists": `user_ids:["1",`, "open lists": `user_ids:[`, "han names": "姓名: 王", "curly quotes": "“name”: “", "plain names": `nom="a" `, "documents": "cpf 1 2 ", "national ids": "529.982.247-2", "tax codes": "RSSMRA85T10A562X ", "person arrows": "username -> ",
}

func fill(pattern string, n int) string { return strings.Repeat(pattern, n/len(pattern)+1)[:n] }

// BenchmarkHostile reports the processor time for 64 kB of each hostile text (the
// target is 5 ms) and its largest growth when the text doubles, from 1 kB to 256 kB
// (the target is 2.2). If a cut makes the end of a text a match, that length is
// scanned twice, which looks like a growth by four.
func BenchmarkHostile(b *testing.B) {
	s := newScrubber(b)
	for name, pattern := range hostile {
		for _, kind := range []string{"message", "stack", "url"} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				costs := hostileCosts{}
				for b.Loop() {
					costs.measure(b, s, kind, pattern)
				}
				b.ReportMetric(costs[64<<10]*1e3, "cpu-ms/64kB")
				b.ReportMetric(costs.growth(), "growth")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// hostileCosts are the lowest costs of a text in seconds, by its length.
type hostileCosts map[int]float64

const minHostile, maxHostile = 1 << 10, 256 << 10

func (c hostileCosts) measure(b *testing.B, s *Scrubber, kind, pattern string) {
	for n := minHostile; n <= maxHostile; n *= 2 {
		in, times := fill(pattern, n), max(1, maxHostile/4/n)
		start := processorTime(b)
		for range times {
			if _, err := s.Explain(kind, in); err != nil {
				b.Fatal(err)
			}
		}
		if d := (processorTime(b) - start).Seconds() / float64(times); c[n] == 0 || d < c[n] {
			c[n] = d
		}
	}
}

// growth gives the largest ratio of the costs of a length and of half of it.
func (c hostileCosts) growth() float64 {
	most := 0.0
	for n := 2 * minHostile; n <= maxHostile; n *= 2 {
		most = max(most, c[n]/c[n/2])
	}
	return most
}
