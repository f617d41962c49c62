package demo

import "fmt"

// pageError is an error as the page's handler sees it, with the browser's own
// text.
type pageError struct {
	kind, message, stack string
	handled              bool
}

// builds is the number of variants of a release's bundle, one per locale. The
// same statement has another column in each.
const builds = 3

// stackText renders a stack in the engine's format.
func stackText(e engine, kind, message string, calls ...stackFrame) string {
	var b []byte
	if e == blink {
		b = append(append(append(b, kind...), ": "...), message...)
	}
	for i, f := range calls {
		if i > 0 || e == blink {
			b = append(b, '\n')
		}
		if e == blink {
			b = fmt.Appendf(b, "    at %s (%s:%d:%d)", f.function, f.file, f.line, f.column)
		} else {
			b = fmt.Appendf(b, "%s@%s:%d:%d", f.function, f.file, f.line, f.column)
		}
	}
	return string(b)
}

type stackFrame struct {
	function, file string
	line, column   int
}

// totalOfUndefined is the error of the incident's releases on checkout.
func totalOfUndefined(d *random, e engine, r release) pageError {
	message := map[engine]string{
		blink:  "Cannot read properties of undefined (reading 'total')",
		webkit: "undefined is not an object (evaluating 'cart.total')",
		gecko:  "can't access property \"total\", cart is undefined",
	}[e]
	chunk, shift := r.asset("checkout"), 29*d.IntN(builds)
	return pageError{"TypeError", message, stackText(e, "TypeError", message,
		stackFrame{"paymentTotal", chunk, 1, 48211 + shift},
		stackFrame{"submitPayment", chunk, 1, 50102 + shift},
		stackFrame{"onClick", chunk, 1, 51877 + shift},
		stackFrame{"dispatch", r.asset("vendors"), 2, 90314},
	), false}
}

// missingSegmenter is the error of a release on a product's page if the browser
// lacks an API that the gallery needs.
func missingSegmenter(d *random, e engine, r release) pageError {
	const message = "Intl.Segmenter is not a constructor"
	chunk := r.asset("gallery")
	return pageError{"TypeError", message, stackText(e, "TypeError", message,
		stackFrame{"captionWords", chunk, 1, 9114 + 31*d.IntN(builds)},
		stackFrame{"mountGallery", chunk, 1, 10203},
		stackFrame{"hydrate", r.asset("vendors"), 2, 41877},
	), false}
}

// Errors on a normal day.
const (
	randomErrorShare = 0.004 // of page views, all browsers and releases alike
	cdnErrorShare    = 0.05  // of page views over a fully slowed CDN
)

func randomError(d *random, e engine, r release) pageError {
	main := r.asset("main")
	switch x := d.Float64(); {
	case x < 0.35:
		return pageError{kind: "Error", message: "ResizeObserver loop completed with undelivered notifications."}
	case x < 0.60:
		message := map[engine]string{
			blink:  "Failed to fetch",
			webkit: "Load failed",
			gecko:  "NetworkError when attempting to fetch resource.",
		}[e]
		return pageError{"TypeError", message, stackText(e, "TypeError", message,
			stackFrame{"getJSON", main, 1, 20417}, stackFrame{"loadRecommendations", main, 1, 33120}), false}
	case x < 0.72:
		return chunkLoadError(d, e, r)
	case x < 0.86:
		message := fmt.Sprintf("product %d is not in the catalogue", itemID(d.Uint64()))
		return pageError{"Error", message, stackText(e, "Error", message,
			stackFrame{"findProduct", main, 1, 27340}, stackFrame{"renderTile", main, 1, 28811}), true}
	case x < 0.94:
		message := fmt.Sprintf("no order %d for %s.%s@example.com", 300_000+d.IntN(50_000),
			firstNames[d.IntN(len(firstNames))], lastNames[d.IntN(len(lastNames))])
		return pageError{"Error", message, stackText(e, "Error", message,
			stackFrame{"loadOrder", r.asset("account"), 1, 8123}), true}
	}
	return pageError{kind: "Error", message: "Script error."}
}

func chunkLoadError(d *random, e engine, r release) pageError {
	n := 100 + d.IntN(12)
	message := fmt.Sprintf("Loading chunk %d failed.\n(error: %s)", n, r.asset(fmt.Sprint(n)))
	return pageError{"ChunkLoadError", message, stackText(e, "ChunkLoadError", message,
		stackFrame{"requireChunk", r.asset("runtime"), 1, 2214}), false}
}

// cdnError is a resource that a slow CDN did not deliver in time.
func cdnError(d *random, e engine, r release) pageError {
	if d.chance(0.3) {
		return chunkLoadError(d, e, r)
	}
	return pageError{kind: "ResourceError", message: fmt.Sprintf("img failed to load: https://cdn.shop.example/p/%d-640.webp", itemID(d.Uint64()))}
}
