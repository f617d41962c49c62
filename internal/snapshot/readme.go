package snapshot

import _ "embed"

// readme is in every snapshot, for readers without rumtop.
//
//go:embed README.txt
var readme string
