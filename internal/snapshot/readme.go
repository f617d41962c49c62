package snapshot

import _ "embed"

// readme goes into every snapshot, for who unpacks one without knowing rumtop.
//
//go:embed README.txt
var readme string
