//go:build !linux

package matrixtest

import "syscall"

// mortal does nothing here: a homeserver ends with the test, but not if the
// test binary is killed.
func mortal() *syscall.SysProcAttr { return nil }
