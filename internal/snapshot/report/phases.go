package report

import "time"

// setPhases sets the phases: the incident, and as long before and after it as
// it lasted, within the report; or the whole report if the incident is unknown.
func (b *builder) setPhases() {
	r := &b.r
	from, to := r.From, r.To
	if !r.Incident.Onset.Known() {
		b.addPhase("whole", from, to)
	} else {
		onset, end := r.Incident.Onset.At, to
		if r.Incident.End.Known() {
			end = r.Incident.End.At
		}
		length := end.Sub(onset)
		if begin := latest(from, onset.Add(-length)); onset.Sub(begin) >= time.Second {
			b.addPhase("before", begin, onset)
			b.hasBefore = true
		}
		b.during = len(b.phases)
		b.addPhase("during", onset, end)
		if until := end.Add(length); to.Sub(end) >= time.Second {
			if until.After(to) {
				until = to
			}
			b.addPhase("after", end, until)
		}
	}
	totals := make([]*Row, len(r.Phases))
	for i := range r.Phases {
		totals[i] = &r.Phases[i].Total
	}
	r.Privacy.Concealed += suppressRows(totals, 0, b.o.MinCohort)
	r.Affected = r.Phases[b.during].Total.Affected
}

func (b *builder) addPhase(name string, from, to time.Time) {
	q := queryOver(b.o, b.o.By[0], from, to)
	if name == "during" {
		q = withBaseline(q, from)
	}
	f := b.frameOf(q)
	b.phases = append(b.phases, q)
	b.r.Phases = append(b.r.Phases, Phase{Name: name, From: from, To: to, Total: newRow(&f.Total, b.o.MinCohort), Command: b.openCommand(q)})
}
