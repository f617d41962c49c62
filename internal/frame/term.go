package frame

import (
	"strings"

	"github.com/rumtop/rumtop/internal/filter"
)

// Term is one value of a dimension or tag, as a part of what describes a group
// of page views.
type Term struct {
	Field string `json:"field"` // in the filter grammar: release, tag.flag
	Value string `json:"value"`
}

// String is the term in the filter grammar.
func (t Term) String() string {
	term, err := filter.NewTerm(t.Field, filter.Eq, filter.Literal(t.Value))
	if err != nil {
		return ""
	}
	return term.String()
}

// FilterText is terms as one filter.
func FilterText(terms []Term) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = t.String()
	}
	return strings.Join(parts, " ")
}
