package main

import (
	"context"
	"io/fs"
	"os"
	"time"
)

// readerInterval is the pause between two looks at the reader of a pipe.
const readerInterval = 250 * time.Millisecond

// stopWithReader stops the program when the reader of standard output has gone,
// if that is a pipe: a command that prints only now and then would not notice,
// and run for ever. A file has no reader, and a terminal has signals.
func (p *program) stopWithReader(ctx context.Context) {
	out, ok := p.stdout.(*os.File)
	if !ok {
		return
	}
	if info, err := out.Stat(); err != nil || info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) == 0 {
		return
	}
	go func() {
		tick := time.NewTicker(readerInterval)
		defer tick.Stop()
		for !isReaderGone(out) {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
		p.stop(readerGone)
	}()
}
