package store

import (
	"cmp"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
)

// ErrorKind is one way in which errors of a group were reported: their texts.
type ErrorKind struct {
	TypeName, Message, Stack uint32 // log.texts
	Handled                  bool
	Group                    uint32
}

// ErrorGroup is what all errors of one fingerprint have in common.
type ErrorGroup struct {
	Fingerprint string
	Sample      uint32 // errorKinds.list: the first that was seen
}

// ErrorTable are the distinct errors, and the groups that they fold into.
type ErrorTable struct {
	ids   map[ErrorKind]uint32 // group 0
	Kinds []ErrorKind
	bytes int

	Groups   []ErrorGroup
	GroupIDs map[string]uint32
}

// OtherGroup gathers the errors that are over the cap of groups.
const OtherGroup = 0

func (k *ErrorTable) init() {
	other := ErrorKind{TypeName: OtherString, Message: OtherString}
	k.ids = map[ErrorKind]uint32{other: 0}
	k.Kinds = []ErrorKind{other}
	k.Groups = []ErrorGroup{{Fingerprint: otherKey}}
	k.GroupIDs = map[string]uint32{otherKey: OtherGroup}
}

// intern gives an error (its group left out) its id. What is over the cap of kinds is taken for the
// first kind of its group.
func (k *ErrorTable) intern(s *StringTable, kind ErrorKind) (id uint32, fits bool) {
	if id, ok := k.ids[kind]; ok {
		return id, true
	}
	key := kind
	fp := fingerprint.Of(s.Text[kind.TypeName], s.Text[kind.Message], s.Text[kind.Stack])
	group, ok := k.GroupIDs[fp]
	if !ok {
		if len(k.Groups) >= MaxErrorGroups {
			return 0, false
		}
		group = uint32(len(k.Groups))
		k.Groups = append(k.Groups, ErrorGroup{fp, uint32(len(k.Kinds))})
		k.GroupIDs[fp] = group
	} else if len(k.Kinds) >= maxErrorKinds {
		return k.Groups[group].Sample, false
	}
	kind.Group = group
	id = uint32(len(k.Kinds))
	k.Kinds = append(k.Kinds, kind)
	k.ids[key] = id
	k.bytes += 96
	return id, true
}

// ErrorText is an error in one line.
func (l *Log) ErrorText(k *ErrorKind) string {
	typ, message := l.Strings.Text[k.TypeName], l.Strings.Text[k.Message]
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
	return beacon.Error{Type: l.Strings.Text[k.TypeName], Message: l.Strings.Text[k.Message], Stack: l.Strings.Text[k.Stack], Handled: k.Handled}
}
