package matrixtest

import "syscall"

// mortal makes the kernel kill a child when the thread that started it ends:
// however the test binary ends, and even if it is killed, its homeserver goes
// with it.
func mortal() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
