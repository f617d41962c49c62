package beacon

import "strings"

// SubjectRoot begins every subject: the project's prefix and the version of
// the contract.
const SubjectRoot = "rum.v1."

// Shards is the number of shards of a subject. A shard is a fair sample of the
// users of a site.
const Shards = 16

const (
	maxToken         = 32
	annotationsToken = "annotations"
	collectorsToken  = "collectors"
	hexDigits        = "0123456789abcdef"
)

// Subject is where batches of a site, a region and a shard travel:
// rum.v1.<site>.<region>.<shard>. Site and region must be valid tokens (see
// [ValidToken]); of shard, the low four bits count.
func Subject(site, region string, shard uint8) string {
	return SubjectRoot + site + "." + region + "." + ShardToken(shard)
}

// AnnotationSubject is where the markers of a site travel.
func AnnotationSubject(site string) string {
	return SubjectRoot + site + "." + annotationsToken
}

// CollectorsSubject is where the collectors of a site say how they are.
func CollectorsSubject(site string) string {
	return SubjectRoot + site + "." + collectorsToken
}

// ShardToken names a shard in a subject: 00 to 0f.
func ShardToken(shard uint8) string {
	return "0" + hexDigits[shard&(Shards-1):shard&(Shards-1)+1]
}

// ShardOf is the shard of a user: the low bits of its hash, so that all
// beacons of one user share a shard. Pass [Beacon.Key].
func ShardOf(user ID) uint8 { return uint8(user & (Shards - 1)) }

// ParseSubject takes a batch's subject apart. It is false for everything else,
// annotations and reports included.
func ParseSubject(subject string) (site, region string, shard uint8, ok bool) {
	rest, ok := strings.CutPrefix(subject, SubjectRoot)
	if !ok {
		return "", "", 0, false
	}
	site, rest, ok = strings.Cut(rest, ".")
	if !ok || !ValidToken(site) {
		return "", "", 0, false
	}
	region, rest, ok = strings.Cut(rest, ".")
	if !ok || !ValidToken(region) || len(rest) != 2 || rest[0] != '0' {
		return "", "", 0, false
	}
	n := strings.IndexByte(hexDigits, rest[1])
	if n < 0 {
		return "", "", 0, false
	}
	return site, region, uint8(n), true
}

// ParseAnnotationSubject gives the site whose markers a subject carries.
func ParseAnnotationSubject(subject string) (site string, ok bool) {
	return parseSiteSubject(subject, annotationsToken)
}

// ParseCollectorsSubject gives the site whose collectors report on a subject.
func ParseCollectorsSubject(subject string) (site string, ok bool) {
	return parseSiteSubject(subject, collectorsToken)
}

func parseSiteSubject(subject, last string) (site string, ok bool) {
	rest, ok := strings.CutPrefix(subject, SubjectRoot)
	if !ok {
		return "", false
	}
	site, rest, ok = strings.Cut(rest, ".")
	if !ok || rest != last || !ValidToken(site) {
		return "", false
	}
	return site, true
}

// ValidToken says whether s may stand in a subject: 1 to 32 of a-z, 0-9, _ and -.
// Wildcards, dots and blanks are thereby out.
func ValidToken(s string) bool {
	if len(s) == 0 || len(s) > maxToken {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}
