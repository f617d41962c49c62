package demo

import "strconv"

type release struct{ major, minor, patch uint16 }

var (
	tailRelease = release{2, 3, 9} // still in some tabs and caches
	mainRelease = release{2, 4, 0}
)

// tailShare is the share of users that stay on tailRelease.
const tailShare = 0.05

func (r release) appendTo(dst []byte) []byte {
	dst = strconv.AppendUint(dst, uint64(r.major), 10)
	dst = append(dst, '.')
	dst = strconv.AppendUint(dst, uint64(r.minor), 10)
	dst = append(dst, '.')
	return strconv.AppendUint(dst, uint64(r.patch), 10)
}

// asset is the file name of a chunk in the release's build. It contains the
// content's hash, so it changes with every release.
func (r release) asset(chunk string) string {
	h := uint64(r.major)<<32 | uint64(r.minor)<<16 | uint64(r.patch)
	for _, c := range []byte(chunk) {
		h = mix(h, uint64(c))
	}
	name := append([]byte("https://shop.example/assets/"), chunk...)
	name = append(name, '.')
	name = appendHex(name, h)[:len(name)+8]
	return string(append(name, ".js"...))
}

// releaseAt is the release that the user's page load receives.
func (u *user) releaseAt(c conditions) release {
	switch {
	case u.bucket < tailShare:
		return tailRelease
	case (u.bucket-tailShare)/(1-tailShare) < c.adoption:
		return c.candidate
	}
	return mainRelease
}
