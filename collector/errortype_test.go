package collector

import "testing"

func TestNormaliseError(t *testing.T) {
	for _, tc := range [][4]string{
		{"TypeError", "x is undefined", "TypeError", "x is undefined"},
		{"", "Uncaught TypeError: x is undefined", "TypeError", "x is undefined"},
		{"Error", "Uncaught TypeError: x is undefined", "TypeError", "x is undefined"},
		{"TypeError", "TypeError: x is undefined", "TypeError", "x is undefined"},
		{"TypeError", "RangeError: x", "TypeError", "RangeError: x"},
		{"", "Uncaught (in promise) RangeError: too far", "RangeError", "too far"},
		{"UnhandledRejection", "Unhandled promise rejection: boom", "UnhandledRejection", "boom"},
		{"", "Unhandled promise rejection: TypeError: boom", "TypeError", "boom"},
		{"", "uncaught exception: 7", "Error", "7"},
		{"", "ChunkLoadError", "ChunkLoadError", ""},
		{"", "Loading failed: x", "Error", "Loading failed: x"},
		{"Error", "Error: Uncaught (in promise): boom", "Error", "boom"},
		{"", "", "Error", ""},
		{"", "com.acme.NetworkException: down", "com.acme.NetworkException", "down"},
	} {
		if typ, message := normaliseError(tc[0], tc[1]); typ != tc[2] || message != tc[3] {
			t.Errorf("%q %q: %q %q, want %q %q", tc[0], tc[1], typ, message, tc[2], tc[3])
		}
	}
}
