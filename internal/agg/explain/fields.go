package explain

import "github.com/rumtop/rumtop/internal/beacon"

// maxTags bounds the tags that may explain something.
const maxTags = 20

// Fields returns the dimensions and tags in the order in which people think of
// them, the page last, since it says where, not who. tags are names of tags.
func Fields(tags []string) []string {
	var before, after []string
	for _, d := range beacon.DimsBy(func(d *beacon.Dimension) int { return d.Explain }) {
		if beacon.Dimensions[d].Explain < beacon.ExplainTags {
			before = append(before, d.String())
		} else {
			after = append(after, d.String())
		}
	}
	for _, tag := range tags[:min(len(tags), maxTags)] {
		before = append(before, "tag."+tag)
	}
	return append(before, after...)
}
