package fingerprint

import "testing"

func TestUnwrap(t *testing.T) {
	for _, tc := range [][4]string{
		{"TypeError", "x is undefined", "TypeError", "x is undefined"},
		{"", "Uncaught TypeError: x is undefined", "TypeError", "x is undefined"},
		{"Error", "Uncaught TypeError: x is undefined", "TypeError", "x is undefined"},
		{"TypeError", "TypeError: x is undefined", "TypeError", "x is undefined"},
		{"Uncaught TypeError", "x is undefined", "TypeError", "x is undefined"},
		{"TypeError", "RangeError: x", "TypeError", "RangeError: x"},
		{"", "Uncaught (in promise) RangeError: too far", "RangeError", "too far"},
		{"UnhandledRejection", "Unhandled promise rejection: boom", "UnhandledRejection", "boom"},
		{"", "Unhandled promise rejection: TypeError: boom", "TypeError", "boom"},
		{"", "uncaught exception: 7", "", "7"},
		{"", "ChunkLoadError", "ChunkLoadError", ""},
		{"Error", "ChunkLoadError", "ChunkLoadError", ""},
		{"", "Error", "Error", ""},
		{"", "Loading failed: x", "", "Loading failed: x"},
		{"Error", "Error: Uncaught (in promise): boom", "Error", "boom"},
		{"", "Error: Uncaught (in promise): ChunkLoadError: Loading chunk 175 failed.", "ChunkLoadError", "Loading chunk 175 failed."},
		{"Error", "Uncaught (in promise): ChunkLoadError: Loading chunk 175 failed.", "ChunkLoadError", "Loading chunk 175 failed."},
		{"", "ERROR Error: Uncaught (in promise): TypeError: x is null", "TypeError", "x is null"},
		{"", "Possibly unhandled rejection: TypeError: x", "TypeError", "x"},
		{"", "Unhandled Rejection (TypeError): x is null", "TypeError", "x is null"},
		{"", `[Vue warn]: Error in render: "TypeError: x is null"`, "TypeError", "x is null"},
		{"Error", `Error in v-on handler: "TypeError: x is null"`, "TypeError", "x is null"},
		{"", `Error in event handler for "update": "TypeError: x is null"`, "TypeError", "x is null"},
		{"", "Error: Error: Error: boom", "Error", "boom"},
		{"UnhandledRejection", "Non-Error promise rejection captured with value: 404", "UnhandledRejection", "404"},
		{"Error", "Uncaught (in promise): TypeError: x is null\nTypeError: x is null\n    at pay (https://shop.example/app.js:1:2)\n    at e", "TypeError", "x is null"},
		{"", "Loading chunk 175 failed.\n(error: https://shop.example/175.js)", "", "Loading chunk 175 failed.\n(error: https://shop.example/175.js)"},
		{"", "", "", ""},
		{"", "com.acme.NetworkException: down", "com.acme.NetworkException", "down"},
	} {
		if typ, message := Unwrap(tc[0], tc[1]); typ != tc[2] || message != tc[3] {
			t.Errorf("Unwrap(%q, %q) = %q %q, want %q %q", tc[0], tc[1], typ, message, tc[2], tc[3])
		}
	}
}

// What is unwrapped twice, by the collector and in a viewer, does not change.
func FuzzUnwrap(f *testing.F) {
	f.Add("Error", "Uncaught (in promise): ChunkLoadError: Loading chunk 175 failed.\n at x (a.js:1:2)")
	f.Add("", `Error in render: "Error in render: "TypeError: x""`)
	f.Fuzz(func(t *testing.T, typ, message string) {
		once, text := Unwrap(typ, message)
		if len(once) > len(typ)+len(message) || len(text) > len(message) {
			t.Errorf("%q %q: longer than %q %q", once, text, typ, message)
		}
	})
}
