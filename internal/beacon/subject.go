package beacon

import "strings"

// SubjectRoot is the prefix of every subject: the project and the version of the
// contract.
const SubjectRoot = "rum.v1."

// Shards is the number of shards of a site and region. A shard is a random
// sample of the sessions.
const Shards = 16

const (
	maxToken         = 32
	annotationsToken = "annotations"
	collectorsToken  = "collectors"
	hexDigits        = "0123456789abcdef"
)

// Subject is the subject for batches of a site, region and shard:
// rum.v1.<site>.<region>.<shard>. Site and region must be valid tokens, see
// [ValidToken]. Only the low four bits of shard count.
func Subject(site, region string, shard uint8) string {
	return SubjectRoot + site + "." + region + "." + ShardToken(shard)
}

// AnnotationSubject is the subject for the markers of a site.
func AnnotationSubject(site string) string {
	return SubjectRoot + site + "." + annotationsToken
}

// CollectorsSubject is the subject for the reports of a site's collectors.
func CollectorsSubject(site string) string {
	return SubjectRoot + site + "." + collectorsToken
}

// ShardToken is a shard as a token of a subject: 00 to 0f.
func ShardToken(shard uint8) string {
	return "0" + hexDigits[shard&(Shards-1):shard&(Shards-1)+1]
}

// shardOf is the shard of an id: the low bits of its hash.
func shardOf(id ID) uint8 { return uint8(id & (Shards - 1)) }

// ParseSubject parses the subject of a batch. ok is false for all others, such
// as those of markers and reports.
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

// ParseAnnotationSubject returns the site of a subject for markers.
func ParseAnnotationSubject(subject string) (site string, ok bool) {
	return parseSiteSubject(subject, annotationsToken)
}

// ParseCollectorsSubject returns the site of a subject for reports.
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

// ValidToken reports whether s is valid in a subject: 1 to 32 of a-z, 0-9, _
// and -. Wildcards, dots and blanks are invalid.
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
