package agg

import (
	"cmp"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
)

// ErrorKind is one way in which errors of a group were reported: their texts.
type ErrorKind struct {
	typeName, message, stack uint32 // log.texts
	handled                  bool
	group                    uint32
}

// ErrorGroup is what all errors of one fingerprint have in common.
type ErrorGroup struct {
	fingerprint string
	sample      uint32 // errorKinds.list: the first that was seen
}

// ErrorTable are the distinct errors, and the groups that they fold into.
type ErrorTable struct {
	ids   map[ErrorKind]uint32 // group 0
	kinds []ErrorKind
	bytes int

	groups   []ErrorGroup
	groupIDs map[string]uint32
}

// otherGroup gathers the errors that are over the cap of groups.
const otherGroup = 0

func (k *ErrorTable) init() {
	other := ErrorKind{typeName: otherString, message: otherString}
	k.ids = map[ErrorKind]uint32{other: 0}
	k.kinds = []ErrorKind{other}
	k.groups = []ErrorGroup{{fingerprint: otherKey}}
	k.groupIDs = map[string]uint32{otherKey: otherGroup}
}

// intern gives an error (its group left out) its id. What is over the cap of kinds is taken for the
// first kind of its group.
func (k *ErrorTable) intern(s *StringTable, kind ErrorKind) (id uint32, fits bool) {
	if id, ok := k.ids[kind]; ok {
		return id, true
	}
	key := kind
	fp := fingerprint.Of(s.text[kind.typeName], s.text[kind.message], s.text[kind.stack])
	group, ok := k.groupIDs[fp]
	if !ok {
		if len(k.groups) >= maxErrorGroups {
			return 0, false
		}
		group = uint32(len(k.groups))
		k.groups = append(k.groups, ErrorGroup{fp, uint32(len(k.kinds))})
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
func (l *Log) errorText(k *ErrorKind) string {
	typ, message := l.strings.text[k.typeName], l.strings.text[k.message]
	switch {
	case typ == "":
		return message
	case message == "" || strings.HasPrefix(message, typ+":"):
		return cmp.Or(message, typ)
	}
	return typ + ": " + message
}

// errorOf is an error as a beacon reports it.
func (l *Log) errorOf(k *ErrorKind) beacon.Error {
	return beacon.Error{Type: l.strings.text[k.typeName], Message: l.strings.text[k.message], Stack: l.strings.text[k.stack], Handled: k.handled}
}
