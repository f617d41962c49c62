package store

import (
	"cmp"
	"strings"

	"github.com/rumtop/rumtop/internal/beacon"
	"github.com/rumtop/rumtop/internal/fingerprint"
)

// ErrorKind is one wording of the errors of a group.
type ErrorKind struct {
	TypeName, Message, Stack uint32 // in Log.Strings
	Handled                  bool
	Group                    uint32 // in ErrorTable.Groups
}

// ErrorGroup is all errors with one fingerprint.
type ErrorGroup struct {
	Fingerprint string
	Sample      uint32 // the first of its kinds, in ErrorTable.Kinds
}

// ErrorTable is the dictionary of distinct errors and of the groups they fold into.
type ErrorTable struct {
	Kinds []ErrorKind
	ids   map[ErrorKind]uint32 // keys with group 0
	bytes int

	Groups   []ErrorGroup
	GroupIDs map[string]uint32 // by fingerprint
}

// OtherGroup holds the errors over the limit of groups.
const OtherGroup = 0

func (k *ErrorTable) init() {
	other := ErrorKind{TypeName: OtherString, Message: OtherString}
	k.ids = map[ErrorKind]uint32{other: 0}
	k.Kinds = []ErrorKind{other}
	k.Groups = []ErrorGroup{{Fingerprint: OtherKey}}
	k.GroupIDs = map[string]uint32{OtherKey: OtherGroup}
}

// intern returns the id of an error, whose group is not set. An error over the
// limit of kinds is counted as its group's sample.
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

// errorOf returns an error as a beacon reports it.
func (l *Log) errorOf(k *ErrorKind) beacon.Error {
	return beacon.Error{Type: l.Strings.Text[k.TypeName], Message: l.Strings.Text[k.Message], Stack: l.Strings.Text[k.Stack], Handled: k.Handled}
}

// ErrorText returns an error in one line.
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
