package fingerprint

import "testing"

// A code is what the error is; a quantity or an id is not.
func TestOfCodesAndNumbers(t *testing.T) {
	apart := []struct {
		typ      string
		messages []string
	}{
		{"AxiosError", []string{
			"Request failed with status code 401", "Request failed with status code 404",
			"Request failed with status code 500", "Request failed with status code 503"}},
		{"Error", []string{
			"Minified React error #418; visit https://react.dev/errors/418 for the full message", "Minified React error #423; visit https://react.dev/errors/423",
			"Minified React error #425; visit https://react.dev/errors/425", "Minified React error #185; visit https://react.dev/errors/185"}},
		{"Error", []string{"HTTP 404", "HTTP 503", "HTTP error 500", "HTTP error! status: 502", "HTTP error! status: 504"}},
		{"Error", []string{"HTTP/1.1 502 Bad Gateway", "HTTP/1.1 503 Service Unavailable"}},
		{"HttpErrorResponse", []string{
			"Http failure response for https://api.shop.example/cart: 503 Service Unavailable", "Http failure response for https://api.shop.example/cart: 404 Not Found"}},
		{"Error", []string{
			"Failed to load resource: the server responded with a status of 404 ()", "Failed to load resource: the server responded with a status of 503 ()"}},
		{"Error", []string{"404", "500"}},
		{"ApiError", []string{"response 429", "response 500", "responded with 502", "got 403 from the cart", "got 500 from the cart", "request failed (500)", "request failed (404)"}},
		{"Error", []string{"statusCode=400", "statusCode=409", `{"status":422}`, `{"status":500}`, `{"statusCode":401}`, "http_status: 403", "http_status: 500"}},
		{"Error", []string{"WebSocket closed with code 1006", "WebSocket closed with code 1011", "close code: 4001"}},
		{"Error", []string{"error code 739105", "error code 739106", "errno -110", "errno -104", "exit code 137", "exit code 1"}},
		{"Error", []string{"NG0100: expression has changed", "NG0200: expression has changed"}},
		{"Error", []string{"AADSTS50058: a silent request failed", "AADSTS65001: a silent request failed"}},
		{"Error", []string{"ORA-00942: no such table", "ORA-01017: no such table", "sqlstate 42P01", "sqlstate 23505", "code: 'PGRST116'", "code: 'PGRST301'"}},
		{"Error", []string{"Error 1015: rate limited", "Error 1020: rate limited", "DOMException code 20", "DOMException code 22"}},
		{"Error", []string{"The API said error 500 while loading", "The API said error 404 while loading"}},
	}
	for _, group := range apart {
		seen := map[string]string{}
		for _, m := range group.messages {
			fp := Of(group.typ, m, "")
			if before, known := seen[fp]; known {
				t.Errorf("%q and %q are one group, want two", before, m)
			}
			seen[fp] = m
		}
	}
	for _, one := range [][]string{
		{"no order 17", "no order 20934"},
		{"order 404 not found", "order 500 not found"},
		{"took 503 ms", "took 404 ms"},
		{"404 items are too many", "500 items are too many"},
		{"got 404 items", "got 17 items"},
		{"expected 200 but was 404 of 500", "expected 12 but was 3 of 7"},
		{"error 17 of 20", "error 3 of 20"},
		{"timeout of 5000ms exceeded", "timeout of 10000ms exceeded"},
		{"Loading chunk 175 failed.", "Loading chunk 12 failed."},
		{"unknown zip code 75018", "unknown zip code 10115"},
		{"the coupon code 4711 is used", "the coupon code 4712 is used"},
		{"countryCode 49 has no shop", "countryCode 33 has no shop"},
		{"error code 7391051234 of cart", "error code 7391059999 of cart"},
		{"order status 3 is unknown", "order status 4 is unknown"},
		{"issue #418 is open", "issue #17 is open"},
		{"request 404 of 1200 timed out", "request 17 of 1200 timed out"},
		{"retry 3 failed", "retry 4 failed"},
		{"line 3 column 418", "line 12 column 9"},
		{"user 500", "user 404"},
	} {
		if a, b := Of("Error", one[0], ""), Of("Error", one[1], ""); a != b {
			t.Errorf("%q and %q are two groups, want one", one[0], one[1])
		}
	}
}
