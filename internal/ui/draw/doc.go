// Package draw writes the lines of the screen: styles and themes, text measured
// and clipped in cells, plots, boxes, and the ASCII fallback. It knows neither
// frames nor keys.
package draw
