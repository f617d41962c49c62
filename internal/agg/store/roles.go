package store

import "github.com/rumtop/rumtop/internal/beacon"

// Roles are the bits of Chunk.TotalRoles and Chunk.SegmentRoles: what a row
// counts as among the rows that pass the current filter. Bit i of the lower five
// says that the row holds its view's last value of beacon.Vitals[i].
//
// A row of traffic that the query leaves out has no roles in the total. Its roles
// in the segment are what is missing: RoleView where a view starts, RoleErrored
// if it holds an extension's errors.
//
// The byte is full with five vitals. A sixth needs wider columns here and in
// Chunk, two bytes a row more in memory, and RoleView moves up.
const (
	RoleView    = 1 << 5 // its view is counted at this row
	RoleErrored = 1 << 6 // its view's first error
	RolePasses  = 1 << 7 // it passes the filter

	RoleVitals = RoleView - 1
)

// Fails to compile with more vitals than bits below RoleView.
const _ = uint(5 - len(beacon.Vitals))

// StandaloneRoles are the roles of a row without a view, which is counted by
// itself: as a view if it is a navigation, as an errored view if it has an error.
func StandaloneRoles(flags, vitalMask uint8) uint8 {
	roles := uint8(RolePasses)
	if flags&beacon.FlagUnsampled == 0 {
		roles |= vitalMask
		if flags&beacon.FlagNavigation != 0 {
			roles |= RoleView
		}
	}
	if flags&HasErrors != 0 {
		roles |= RoleErrored
	}
	return roles
}
