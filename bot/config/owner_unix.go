//go:build unix

package config

import (
	"fmt"
	"os"
	"syscall"
)

// own gives a file the owner of another. Who may not do that could leave the
// bot with a config that it cannot read, and so is told.
func own(f *os.File, old os.FileInfo) error {
	now, err := f.Stat()
	if err != nil {
		return err
	}
	want, ok := old.Sys().(*syscall.Stat_t)
	have, ok2 := now.Sys().(*syscall.Stat_t)
	if !ok || !ok2 || want.Uid == have.Uid && want.Gid == have.Gid {
		return nil
	}
	if err := f.Chown(int(want.Uid), int(want.Gid)); err != nil {
		return fmt.Errorf("the file belongs to somebody else (user %d, group %d): edit it as that one", want.Uid, want.Gid)
	}
	return nil
}
