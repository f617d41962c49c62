package wire

import (
	"strings"
	"testing"
)

func TestIdentifierNamesNothing(t *testing.T) {
	for _, id := range []string{
		"", " ", "\t\n", "undefined", "Undefined", "UNDEFINED", " undefined ", "null", "NULL", "Null", "nil", "None", "none", "NaN", "nan", "(null)", "<null>", "<nil>",
		"[object Object]", "[object Window]", "[object Promise]", "[object HTMLDivElement]", "true", "false", "True", "0", "00", "-1", "-", "--", "0.0", "\"\"", "''", "{}", "[]", "()",
		"00000000-0000-0000-0000-000000000000", "00000000000000000000000000000000", "{00000000-0000-0000-0000-000000000000}", "0000000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
		"{{user.id}}", "{{ user.id }}", "${user.id}", "#{current_user.id}", "<%= user.id %>", "<?php echo $id ?>", "%USER_ID%", "{user_id}", "<user-id>", "<userId>", "$USER_ID", "__USER_ID__", "@@userId@@",
		"function () { return id }", "function getUser() { [native code] }", "() => user.id", "Symbol(id)",
		"anonymous", "Anonymous", "anonymous user", "guest", "Guest", "unknown", "not logged in", "Gast", "invité", "гость", "匿名", "ゲスト",
		"userId", "user_id", "distinct_id", "sessionId", "n/a", "(not set)", "Infinity",
	} {
		if got := Identifier(id); got != "" {
			t.Errorf("%q names %q, want nothing", id, got)
		}
	}
}

func TestIdentifierNamesSomebody(t *testing.T) {
	for _, id := range []string{
		"u1", "1", "7", "10", "-12", "100", "8412", "00000000-0000-0000-0000-000000000001", "00000000000000000000000000000001", "0a", "f", "ff", "fff",
		"jane.doe@example.com", "jane", "Null Island", "undefined-7", "anonymous-8412", "guest_8412", "guest-3f2a", "trueman", "Noah", "nilsson", "Nan Goldin", "no1",
		"a0b1c2", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "{f47ac10b-58cc-4372-a567-0e02b2c3d479}", `{"id":1}`, "auth0|5f7c8ec7c33c6c004bbafe82", "$2a$10$abcdef", "%7B7%7D",
		"user", "admin", "test", "root", "système", "李雷", "müller", "<a1>", "0x1f",
		strings.Repeat("x", 2000),
	} {
		if got := Identifier(id); got != id {
			t.Errorf("%q became %q", id, got)
		}
	}
	if got := Identifier(" u1\n"); got != "u1" {
		t.Errorf("%q, want u1", got)
	}
}

func BenchmarkIdentifier(b *testing.B) {
	for b.Loop() {
		for _, id := range [...]string{"01J9Z0001", "v-0001", "s-0001", "f47ac10b-58cc-4372-a567-0e02b2c3d479"} {
			Identifier(id)
		}
	}
}
