package config

// Source is where a value came from; the highest is first.
type Source int

// The sources.
const (
	CommandLine  Source = iota
	OwnVariable         // RUMTOP_*
	NATSVariable        // that of the nats command
	Section             // the part of the file for the command
	File                // the rest of the file
	Sources
)

// Layered is the value of a flag that keeps what each source says. Whether a
// value applies can depend on other flags of the same source: [Apply] fills it,
// what uses it chooses.
type Layered struct {
	values [Sources]string
	// File names the configuration file.
	File string
}

// Value is what a source says, "" if nothing.
func (l *Layered) Value(s Source) string { return l.values[s] }

// Set sets the value of the command line.
func (l *Layered) Set(value string) error {
	l.values[CommandLine] = value
	return nil
}

// String is the value of the highest source.
func (l *Layered) String() string {
	for _, v := range l.values {
		if v != "" {
			return v
		}
	}
	return ""
}

// Type is what help calls the value.
func (l *Layered) Type() string { return "string" }
