package wire

import "testing"

func TestPageURL(t *testing.T) {
	for address, want := range map[string]string{
		"":                                         "",
		"https://shop.example/app/#/orders/17":     "https://shop.example/app/orders/17",
		"https://shop.example/app#/orders/17":      "https://shop.example/app/orders/17",
		"https://shop.example/app/#!/cart":         "https://shop.example/app/cart",
		"https://shop.example/#/":                  "https://shop.example/",
		"https://shop.example#/cart":               "https://shop.example/cart",
		"https://shop.example/a?x=1#/cart?y=2":     "https://shop.example/a/cart",
		"https://shop.example/a#/cart#top":         "https://shop.example/a/cart",
		"https://shop.example/a#//evil.example/x":  "https://shop.example/a/evil.example/x",
		"https://shop.example/a?x=1#top":           "https://shop.example/a?x=1",
		"https://shop.example/a#!cart":             "https://shop.example/a",
		"https://shop.example/a#":                  "https://shop.example/a",
		"https://shop.example/a#access_token=x":    "https://shop.example/a",
		"https://shop.example/a#?code=x":           "https://shop.example/a",
		"https://shop.example/a#:~:text=hello":     "https://shop.example/a",
		"https://shop.example/a":                   "https://shop.example/a",
		"/app/#/cart":                              "/app/cart",
		"#/cart":                                   "/cart",
		"#!/cart/7":                                "/cart/7",
		"#//evil.example":                          "/evil.example",
		"capacitor://localhost/index.html#/cart":   "capacitor://localhost/index.html/cart",
		"https://shop.example/app/%23/orders/17":   "https://shop.example/app/%23/orders/17",
		"https://shop.example/r#/reset?token=s3cr": "https://shop.example/r/reset",
	} {
		if got := PageURL(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
		if again := PageURL(want); again != want {
			t.Errorf("%s becomes %s", want, again)
		}
	}
}
