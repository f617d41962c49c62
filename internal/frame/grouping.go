package frame

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
)

// CheckBy refuses what rows cannot be grouped by, before any beacon is read.
// Everything else is a dimension or may be a tag.
func CheckBy(by string) error {
	dimensions := strings.Join(beacon.DimNames(), ", ")
	switch {
	case by == "":
		return fmt.Errorf("empty: use a dimension (%s) or a tag", dimensions)
	case strings.Contains(by, ","):
		return fmt.Errorf("%s: rows are grouped by one dimension: use %s and filter by the others", by, strings.ReplaceAll(by, ",", " or "))
	case by == "url":
		return fmt.Errorf("url: a page view has requests to many URLs: use page, or tag.url for a tag of that name")
	}
	return nil
}

// CheckSeenBy refuses a tag that no beacon has, among the tags seen: its rows
// would all be one, without a name.
func CheckSeenBy(by string, tags []string) error {
	tag := strings.TrimPrefix(by, "tag.")
	if slices.Contains(tags, tag) || tag == by && slices.Contains(beacon.DimNames(), by) {
		return nil
	}
	seen := "no beacon has tags"
	if len(tags) > 0 {
		seen = "tags are " + strings.Join(tags, ", ")
	}
	return fmt.Errorf("%s: no dimension and no tag of a beacon: dimensions are %s; %s", by, strings.Join(beacon.DimNames(), ", "), seen)
}
