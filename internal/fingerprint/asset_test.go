package fingerprint

import "testing"

// A message that names a built file is the same after every deploy.
func TestOfBuiltFilesInMessages(t *testing.T) {
	for _, one := range [][]string{
		{"Unable to preload CSS for /assets/cart-BscxB6kc.css", "Unable to preload CSS for /assets/cart-FXEGUtHv.css"},
		{"Unable to preload CSS for /assets/cart-BscxB6kc.css", "Unable to preload CSS for /assets/cart-B3x-kQ_1.css"},
		{"Loading CSS chunk 175 failed.\n(/static/css/175.3f2a1b9c.chunk.css)", "Loading CSS chunk 12 failed.\n(/static/css/12.77aa01bb.chunk.css)"},
		{"Loading chunk 175 failed.\n(error: https://shop.example/static/js/175.3f2a1b9c.chunk.js)", "Loading chunk 9 failed.\n(error: https://shop.example/static/js/9.0000aaaa.chunk.js)"},
		{"Failed to execute 'importScripts' on 'WorkerGlobalScope': The script at 'https://shop.example/assets/worker-DHBkUmAt.js' failed to load.",
			"Failed to execute 'importScripts' on 'WorkerGlobalScope': The script at 'https://shop.example/assets/worker-CqKp9x_Z.js' failed to load."},
		{"Failed to load /_next/static/x7Kq2-vT9bLm4RzYc0aWp/_buildManifest.js", "Failed to load /_next/static/Zp0_aWc4RzY9bLmvT-2qK/_buildManifest.js"},
		{"cannot load app.DiwrgTda.min.js?v=17", "cannot load app.HLNNQYAG.min.js?v=18"},
		{"no worker ./search.worker-a8Bc_d9E.mjs", "no worker ./search.worker-Q_8kdd7W.mjs"},
		{"Failed to load module script: pdf-B2kd9sKq.wasm", "Failed to load module script: pdf-Kd02ksQQ.wasm"},
	} {
		if a, b := Of("Error", one[0], ""), Of("Error", one[1], ""); a != b {
			t.Errorf("%q and %q are two groups, want one", one[0], one[1])
		}
	}
	for _, two := range [][]string{
		{"Unable to preload CSS for /assets/cart-BscxB6kc.css", "Unable to preload CSS for /assets/checkout-BscxB6kc.css"},
		{"Unable to preload CSS for /assets/app-checkout.css", "Unable to preload CSS for /assets/app-products.css"},
		{"cannot load cart.js", "cannot load pay.js"},
		{"no such module node_modules/react-dom/index.js", "no such module node_modules/react/index.js"},
	} {
		if a, b := Of("Error", two[0], ""), Of("Error", two[1], ""); a == b {
			t.Errorf("%q and %q are one group, want two", two[0], two[1])
		}
	}
}
