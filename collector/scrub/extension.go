package scrub

import "strings"

// Extensions of files. codeExtensions are of source files and what is built from
// them: their names are the code's, hashes included.
var (
	codeExtensions = words(`js mjs cjs jsx ts mts cts tsx css scss sass less styl map vue svelte astro wasm woff woff2
		ttf otf eot coffee elm dart webmanifest bundle chunk`)
	mediaExtensions    = words(`png jpg jpeg gif svg webp avif ico bmp tif tiff mp4 webm ogg ogv mp3 wav m4a mov m3u8`)
	documentExtensions = words(`html htm xhtml php asp aspx jsp jspx do action cgi json xml txt csv pdf doc docx xls
		xlsx ppt pptx md rss atom zip gz tar ics vcf yaml yml log`)
)

func hasExtension(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot <= 0 {
		return false
	}
	e := s[dot+1:]
	return codeExtensions.has(e) || mediaExtensions.has(e) || documentExtensions.has(e)
}
