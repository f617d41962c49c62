//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup gives a command a group of processes of its own.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// signalGroup asks a command and all that it started to end, or ends them by
// force.
func signalGroup(cmd *exec.Cmd, force bool) {
	s := syscall.SIGTERM
	if force {
		s = syscall.SIGKILL
	}
	_ = syscall.Kill(-cmd.Process.Pid, s) // it may have ended
}
