package fingerprint

import "testing"

func TestIsExtension(t *testing.T) {
	const id = "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb"
	for _, tc := range []struct {
		message, stack string
		want           bool
	}{
		{"Extension context invalidated.", "Error: Extension context invalidated.\n    at send (" + id + "/content.js:1:2)", true},
		{"x is undefined", "TypeError: x is undefined\n    at " + id + "/content.js:1:2", true},
		{"x is undefined", "TypeError: x is undefined\n    at async " + id + "/content.js:1:2\n    at <anonymous>", true},
		{"x is undefined", "f@moz-extension://0b6f3e8c-1/inject.js:4:7\n@moz-extension://0b6f3e8c-1/inject.js:1:1", true},
		{"x is undefined", "global code@safari-web-extension://AB12/script.js:4:7", true},
		{"x is undefined", "@safari-extension://com.shop.helper/1/a.js:4:7", true},
		{"x is undefined", "f@webkit-masked-url://hidden/:4:7\n[native code]", true},
		{"x is undefined", "    at f (ms-browser-extension://AB12/a.js:1:2)", true},
		{"x is undefined", "    at f (extension://AB12/a.js:1:2)", true},
		{"x is undefined", "f@resource://gre/modules/Autofill.sys.mjs:10:3", true},
		{"x is undefined", "f@chrome://global/content/a.js:10:3", true},
		{"x is undefined", "f@jar:file:///home/addon.xpi!/a.js:10:3", true},
		{"x is undefined", "f@user-script:1:4:7", true},
		{"x is undefined", "    at Array.map (<anonymous>)\n    at f (" + id + "/a.js:1:2)\n    at Object.apply (native)", true},
		{"x is undefined", "    at eval (eval at run (" + id + "/a.js:1:2), <anonymous>:1:7)", true},
		{"x is undefined", id + "/content.js:1:2", true},

		// A page's frame makes it the page's.
		{"x is undefined", "    at f (" + id + "/a.js:1:2)\n    at g (https://shop.example/app.js:1:2)", false},
		{"x is undefined", "f@https://shop.example/app.js:1:2\ng@moz-extension://1/a.js:1:2", false},
		{"x is undefined", "    at f (" + id + "/a.js:1:2)\n    at g (/assets/app.js:1:2)", false},
		{"x is undefined", "    at f (" + id + "/a.js:1:2)\n    at g (webpack-internal:///./src/app.js:1:2)", false},
		{"x is undefined", "    at f (" + id + "/a.js:1:2)\n    at g (app:///main.js:1:2)", false},
		{"x is undefined", "    at f (capacitor://localhost/app.js:1:2)", false},
		{"x is undefined", "    at f (blob:https://shop.example/3f:1:2)", false},
		{"x is undefined", "    at f (https://shop.example/chrome-extension:/a.js:1:2)", false},
		{"x is undefined", "    at f (https://resource.example/a.js:1:2)", false},
		{"Extension context invalidated.", "    at f (https://shop.example/app.js:1:2)", false},

		// Without a frame the message decides.
		{"Extension context invalidated.", "", true},
		{"Uncaught (in promise) Error: Extension context invalidated.", "", true},
		{"A listener indicated an asynchronous response by returning true, but the message channel closed before a response was received", "", true},
		{"Could not establish connection. Receiving end does not exist.", "Error: Could not establish connection. Receiving end does not exist.", true},
		{"The message port closed before a response was received.", "", true},
		{"Attempting to use a disconnected port object", "", true},
		{"Invalid call to runtime.sendMessage(). Tab not found.", "", true},
		{"Unchecked runtime.lastError: no tab with id", "", true},

		// What a page may say itself.
		{"Script error.", "", false},
		{"The extension of the file is invalid", "", false},
		{"could not establish connection", "", false},
		{"Could not establish connection to wss://shop.example", "", false},
		{"Failed to load chrome-extension://invalid/", "", false},
		{"Loading chunk 4 failed. (https://shop.example/4.js)", "", false},
		{"x is undefined", "TypeError: x is undefined\n    at <anonymous>", false},
		{"mail jane@moz-extension://x failed", "", false},
		{"", "", false},
	} {
		if got := IsExtension(tc.message, tc.stack); got != tc.want {
			t.Errorf("%q with %q: %v, want %v", tc.message, tc.stack, got, tc.want)
		}
	}
}
