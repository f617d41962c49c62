package agg

import (
	"cmp"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
)

// errorKind is one way in which errors of a group were reported: their texts.
type errorKind struct {
	typ, message, stack uint32 // log.texts
	handled             bool
	group               uint32
}

// errorGroup is what all errors of one fingerprint have in common.
type errorGroup struct {
	fingerprint string
	sample      uint32 // errorKinds.list: the first that was seen
}

// errorTable are the distinct errors, and the groups that they fold into.
type errorTable struct {
	ids   map[errorKind]uint32 // group 0
	kinds []errorKind
	bytes int

	groups   []errorGroup
	groupIDs map[string]uint32
}

// otherGroup gathers the errors that are over the cap of groups.
const otherGroup = 0

func (k *errorTable) init() {
	other := errorKind{typ: otherString, message: otherString}
	k.ids = map[errorKind]uint32{other: 0}
	k.kinds = []errorKind{other}
	k.groups = []errorGroup{{fingerprint: otherKey}}
	k.groupIDs = map[string]uint32{otherKey: otherGroup}
}

// intern gives an error (its group left out) its id. What is over the cap of kinds is taken for the
// first kind of its group.
func (k *errorTable) intern(s *stringTable, kind errorKind) (id uint32, fits bool) {
	if id, ok := k.ids[kind]; ok {
		return id, true
	}
	key := kind
	fp := fingerprint.Of(s.text[kind.typ], s.text[kind.message], s.text[kind.stack])
	group, ok := k.groupIDs[fp]
	if !ok {
		if len(k.groups) >= maxErrorGroups {
			return 0, false
		}
		group = uint32(len(k.groups))
		k.groups = append(k.groups, errorGroup{fp, uint32(len(k.kinds))})
		k.groupIDs[fp] = group
	} else if len(k.kinds) >= maxErrorKinds {
		return k.groups[group].sample, false
	}
	kind.group = group
	id = uint32(len(k.kinds))
	k.kinds = append(k.kinds, kind)
	k.ids[key] = id
	k.bytes += 96
	return id, true
}

// errorText is an error in one line.
func (l *log) errorText(k *errorKind) string {
	typ, message := l.strings.text[k.typ], l.strings.text[k.message]
	switch {
	case typ == "":
		return message
	case message == "" || strings.HasPrefix(message, typ+":"):
		return cmp.Or(message, typ)
	}
	return typ + ": " + message
}

// errorOf is an error as a beacon reports it.
func (l *log) errorOf(k *errorKind) beacon.Error {
	return beacon.Error{Type: l.strings.text[k.typ], Message: l.strings.text[k.message], Stack: l.strings.text[k.stack], Handled: k.handled}
}
