package demo

import "fmt"

// A fault is an error as the page's own handler would see it, in the words of
// the browser it happens in.
type fault struct {
	kind, message, stack string
	handled              bool
}

// builds are the variants of one release's bundle (per locale); the same
// statement stands in another column in each.
const builds = 3

// frames renders a stack in the engine's own notation.
func frames(e engine, kind, message string, calls ...frame) string {
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

type frame struct {
	function, file string
	line, column   int
}

// totalOfUndefined is what the incident's releases do on checkout.
func totalOfUndefined(d *dice, e engine, r release) fault {
	message := map[engine]string{
		blink:  "Cannot read properties of undefined (reading 'total')",
		webkit: "undefined is not an object (evaluating 'cart.total')",
		gecko:  "can't access property \"total\", cart is undefined",
	}[e]
	chunk, shift := r.asset("checkout"), 29*d.IntN(builds)
	return fault{"TypeError", message, frames(e, "TypeError", message,
		frame{"paymentTotal", chunk, 1, 48211 + shift},
		frame{"submitPayment", chunk, 1, 50102 + shift},
		frame{"onClick", chunk, 1, 51877 + shift},
		frame{"dispatch", r.asset("vendors"), 2, 90314},
	), false}
}

// missingSegmenter is what a release does on a product's page where the browser
// lacks what its gallery is built on.
func missingSegmenter(d *dice, e engine, r release) fault {
	const message = "Intl.Segmenter is not a constructor"
	chunk := r.asset("gallery")
	return fault{"TypeError", message, frames(e, "TypeError", message,
		frame{"captionWords", chunk, 1, 9114 + 31*d.IntN(builds)},
		frame{"mountGallery", chunk, 1, 10203},
		frame{"hydrate", r.asset("vendors"), 2, 41877},
	), false}
}

// Faults that every shop has on every day.
const (
	noiseShare    = 0.004 // of page views, all browsers and releases alike
	cdnFaultShare = 0.05  // of page views that a CDN which slowed down all the way serves
)

func noise(d *dice, e engine, r release) fault {
	main := r.asset("main")
	switch x := d.Float64(); {
	case x < 0.35:
		return fault{kind: "Error", message: "ResizeObserver loop completed with undelivered notifications."}
	case x < 0.60:
		message := map[engine]string{
			blink:  "Failed to fetch",
			webkit: "Load failed",
			gecko:  "NetworkError when attempting to fetch resource.",
		}[e]
		return fault{"TypeError", message, frames(e, "TypeError", message,
			frame{"getJSON", main, 1, 20417}, frame{"loadRecommendations", main, 1, 33120}), false}
	case x < 0.72:
		return chunkLoadError(d, e, r)
	case x < 0.86:
		message := fmt.Sprintf("product %d is not in the catalogue", itemID(d.Uint64()))
		return fault{"Error", message, frames(e, "Error", message,
			frame{"findProduct", main, 1, 27340}, frame{"renderTile", main, 1, 28811}), true}
	case x < 0.94:
		message := fmt.Sprintf("no order %d for %s.%s@example.com", 300_000+d.IntN(50_000),
			firstNames[d.IntN(len(firstNames))], lastNames[d.IntN(len(lastNames))])
		return fault{"Error", message, frames(e, "Error", message,
			frame{"loadOrder", r.asset("account"), 1, 8123}), true}
	}
	return fault{kind: "Error", message: "Script error."}
}

func chunkLoadError(d *dice, e engine, r release) fault {
	n := 100 + d.IntN(12)
	message := fmt.Sprintf("Loading chunk %d failed.\n(error: %s)", n, r.asset(fmt.Sprint(n)))
	return fault{"ChunkLoadError", message, frames(e, "ChunkLoadError", message,
		frame{"requireChunk", r.asset("runtime"), 1, 2214}), false}
}

// cdnFault is a resource that a slow CDN did not bring in time.
func cdnFault(d *dice, e engine, r release) fault {
	if d.chance(0.3) {
		return chunkLoadError(d, e, r)
	}
	return fault{kind: "ResourceError", message: fmt.Sprintf("img failed to load: https://cdn.shop.example/p/%d-640.webp", itemID(d.Uint64()))}
}
