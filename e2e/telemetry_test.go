//go:build e2e

package e2e

// telemetrySDKs speak OpenTelemetry's protocol or Elastic's.
func telemetrySDKs() []sdk {
	return []sdk{
		{name: "otlp-json-0.6.0", script: "otlp", value: "otlp", except: map[string]string{"route": lastRoute}},
		{name: "otlp-protobuf-0.6.0", script: "otlp", data: `data-format="protobuf"`, value: "otlp", except: map[string]string{
			"route":     lastRoute,
			"navigated": "inp@/users/:id/orders? cls@/users/:id/orders?", // not flushed in time
			"closed":    "inp? cls? errors? errored?",                    // nor this
		}},
		{name: "honeycomb-1.5.1", script: "honeycomb", value: "otlp", except: map[string]string{
			"*": "flag",
		}},
		{name: "dash0-0.22.1", script: "dash0", value: "otlp", except: map[string]string{
			"*": "flag fcp cls~0.006", "route": "inp@/users/:id/orders? cls@/users/:id/orders?",
			"closed":   "errors? errored?", // what was thrown in the last moment
			"restored": "views?",           // told by measuring anew, unless nothing shifts
		}},
		{name: "elastic-v2-5.17.5", script: "elastic", data: `data-version="2"`, value: "elastic", except: elasticRUM()},
		{name: "elastic-v3-5.17.5", script: "elastic", data: `data-version="3"`, value: "elastic", except: elasticRUM()},
	}
}

// lastRoute: what is measured until the end carries the last route's address.
const lastRoute = "inp@/users/:id/orders cls@/users/:id/orders"

// elasticRUM cuts times to milliseconds, and takes them from the start of the
// fetch: what came before is missing from the first byte and the first paint. A
// page load is told more than a second after it, with the address that the page
// has by then. What is left when the page is left is compressed, and gone.
func elasticRUM() map[string]string {
	return map[string]string{
		"*":         "fcp! ttfb!",
		"restored":  "views=1", // told of neither the page between nor the restore
		"navigated": "slow inp@/users/:id/orders?",
		"closed":    "slow inp?",
		"route":     "slow",
	}
}
