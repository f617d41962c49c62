//go:build e2e

package e2e

// telemetrySDKs are the SDKs of OpenTelemetry's and Elastic's protocols.
func telemetrySDKs() []sdk {
	return []sdk{
		{name: "otlp-json-0.6.0", script: "otlp", value: "otlp", except: otlp()},
		{name: "otlp-protobuf-0.6.0", script: "otlp", data: `data-format="protobuf"`, value: "otlp", except: otlp()},
		{name: "honeycomb-1.5.1", script: "honeycomb", value: "otlp", except: map[string]string{
			"*": "flag",
		}},
		{name: "dash0-0.22.1", script: "dash0", value: "otlp", except: map[string]string{
			"*": "flag fcp cls~0.006", "route": "inp@/users/:id/orders? cls@/users/:id/orders?",
			"closed":   "errors? errored?", // errors just before the end
			"restored": "views?",           // seen only if the layout shifts again
		}},
		{name: "elastic-v2-5.17.5", script: "elastic", data: `data-version="2"`, value: "elastic", except: elasticRUM()},
		{name: "elastic-v3-5.17.5", script: "elastic", data: `data-version="3"`, value: "elastic", except: elasticRUM()},
	}
}

// otlp sends its queue when the page ends, which the browser may cut short.
func otlp() map[string]string {
	return map[string]string{
		"route":     lastRoute,
		"navigated": "lcp@/users/:id/orders? inp@/users/:id/orders? cls@/users/:id/orders?",
		"closed":    "inp? cls? errors? errored?",
	}
}

// lastRoute: values measured until the end carry the last route's address.
const lastRoute = "inp@/users/:id/orders cls@/users/:id/orders"

// elasticRUM truncates times to milliseconds and measures from the start of the
// fetch: the time before it is missing from TTFB and FCP. A page load is sent more
// than a second after it, with the page's address at that time. Data that is
// compressed when the user leaves the page is lost.
func elasticRUM() map[string]string {
	return map[string]string{
		"*":         "fcp! ttfb!",
		"restored":  "views=1", // neither the page between nor the restore is sent
		"navigated": "slow inp@/users/:id/orders?",
		"closed":    "slow inp?",
		"route":     "slow",
	}
}
