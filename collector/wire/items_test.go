package wire

import (
	"strings"
	"testing"
)

func TestItems(t *testing.T) {
	deep := strings.Repeat("[", 17) + strings.Repeat("]", 17)
	for _, tc := range []struct {
		body string
		want string // items, ? for a malformed one, ! for an error at the end
	}{
		{``, ``},
		{` `, ``},
		{`{}`, `{}`},
		{` {"a" : [1, {"b":"}"}] } `, `{"a" : [1, {"b":"}"}] }`},
		{`[]`, ``},
		{`[ ]`, ``},
		{`[{},{"a":1}]`, `{} {"a":1}`},
		{`[ {} , 7 , "x,]" , null , true , [] ]`, `{} ? ? ? ? ?`},
		{`[{"a":tru},{}]`, `? {}`},
		{`[7 8,{}]`, `? {}`},
		{`[{}`, `{} !`},
		{`[{},`, `{} !`},
		{`[{}{}]`, `{} !`},
		{`[,]`, `!`},
		{`[{},,{}]`, `{} !`},
		{`[{}] x`, `{} !`},
		{`[{"a":"\""}]`, `{"a":"\""}`},
		{`[{"a":"\\"},{}]`, `{"a":"\\"} {}`},
		{"{}\n{}\n", `{} {}`},
		{"{}\r\n\r\n{}", `{} {}`},
		{"{} x\n{}", `? {}`},
		{"{}{}\n{}", `? {}`},
		{"{\n}\n{}", "{\n} {}"},
		{"{\"a\n{}", `? {}`},
		{"{\"a\":1\n{}\n{", `? {} ?`},
		{"x\n{}", `? {}`},
		{"{\"a\":tru}\n{}", `? {}`},
		{`}`, `?`},
		{`]`, `?`},
		{"[" + deep + ",{}]", `? {}`},
		{deep + "\n{}", `? !`},
		{"{} \n\n \n{}\n", `{} {}`},
		{`{"a":` + strings.Repeat("[", 15) + strings.Repeat("]", 15) + "}", `{"a":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}`},
		{`{"a":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + "}", `{"a":[[[[[[[[[[[[[[[null]]]]]]]]]]]]]]]}`},
		{"\ufeff{}\n{}", `{} {}`},
		{"\ufeff[{}]", `{}`},
		{"{}\n\ufeff{}", `{} ?`},
		{"[{\"a\":\"\\ud83c\"},{\"b\":\"\xed\xa0\xbc\"}]", "{\"a\":\"\ufffd\"} {\"b\":\"\ufffd\ufffd\ufffd\"}"},
		{"{\"a\":NaN}\n{\"a\":Infinit}\n{}", `{"a":null} ? {}`},
	} {
		s := splitBody([]byte(tc.body), 16)
		var got []string
		for {
			item, ok := s.next()
			if !ok {
				break
			}
			if item.err != nil {
				got = append(got, "?")
			} else {
				got = append(got, string(item.raw()))
			}
		}
		if s.err != nil {
			got = append(got, "!")
		}
		if text := strings.Join(got, " "); text != tc.want {
			t.Errorf("%q\n got %q\nwant %q", tc.body, text, tc.want)
		}
	}
}
