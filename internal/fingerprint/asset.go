package fingerprint

import (
	"regexp"
	"strings"
)

// assetURL matches what names a built file in a message, with its query.
var assetURL = regexp.MustCompile(`[\w~@%./:+-]*\.(?:m?js|cjs|css|wasm|json|map|woff2?|ttf|svg|png|jpe?g|webp|avif|mp4)\b(?:\?[^\s'")]*)?`)

// infixes stand between a build's hash and the extension.
var infixes = []string{".min", ".chunk", ".bundle", ".module", ".worker", ".legacy", ".async", ".esm", ".umd", ".prod"}

// cutBuilds removes from a message what changes with each build of the files
// that it names: hashes in names, build ids in paths, and queries.
func cutBuilds(message string) string {
	if !strings.ContainsRune(message, '.') {
		return message
	}
	return assetURL.ReplaceAllStringFunc(message, func(url string) string {
		url, _, _ = strings.Cut(url, "?")
		parts := strings.Split(url, "/")
		last := len(parts) - 1
		for i, dir := range parts[:last] {
			if isBuildID(dir) {
				parts[i] = "#"
			}
		}
		parts[last] = cutHash(parts[last])
		return strings.Join(parts, "/")
	})
}

// bundleHash is the length of the hashes that bundlers write in base 32 or 64.
const bundleHash = 8

// cutHash removes the hash from a bundle's name if it has no digits that fold
// finds: index-DiwrgTda.js, chunk-HLNNQYAG.js, app.abcdefab.min.js.
func cutHash(file string) string {
	dot := strings.LastIndexByte(file, '.')
	if dot < 0 {
		return file
	}
	stem, end := file[:dot], file[dot:]
	for _, infix := range infixes {
		if rest, ok := strings.CutSuffix(stem, infix); ok {
			stem, end = rest, infix+end
			break
		}
	}
	at := len(stem) - bundleHash
	if at <= 0 || !strings.ContainsRune("-._~", rune(stem[at-1])) || !isHash(stem[at:]) {
		return file
	}
	return stem[:at-1] + end
}

// isHash reports whether eight characters of a name can be a hash: a word in
// small letters is none, unless all of them are hexadecimal digits.
func isHash(s string) bool {
	return strings.Trim(s, "abcdef0123456789") == "" || strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
}

// minBuildID is the length of the shortest build ids in paths.
const minBuildID = 16

// isBuildID reports whether a directory is named after a build, as in
// /_next/static/x7Kq2-vT9bLm4RzYc0aWp/_buildManifest.js: capitals, small letters
// and digits, which names of directories do not mix at such a length.
func isBuildID(dir string) bool {
	if len(dir) < minBuildID || strings.Trim(dir, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
		return false
	}
	return strings.ContainsAny(dir, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && strings.ContainsAny(dir, "abcdefghijklmnopqrstuvwxyz") && strings.ContainsAny(dir, "0123456789")
}
