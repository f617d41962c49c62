//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// isReaderGone reports whether the other end of a pipe is closed. Linux says so
// whatever is asked for; macOS only to those who ask whether they can write.
func isReaderGone(pipe *os.File) (gone bool) {
	conn, err := pipe.SyscallConn()
	if err != nil {
		return false
	}
	err = conn.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		n, err := unix.Poll(fds, 0)
		gone = err == nil && n > 0 && fds[0].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0
	})
	return err == nil && gone
}
