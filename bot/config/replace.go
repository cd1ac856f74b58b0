package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace puts text in the place of a config file, whole or not at all: who
// reads it meanwhile reads the old or the new. Symbolic links are followed, and
// the file's mode and owner are kept; a new one is its owner's alone, because
// secrets may come to stand in it. It fails if the file is no longer as it was
// when it was read.
func Replace(path string, was, text []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, link := os.Readlink(path); link == nil {
			return fmt.Errorf("%s is a link that leads nowhere", path)
		}
		target, err = path, nil
	}
	if err != nil {
		return err
	}
	now, err := os.ReadFile(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !bytes.Equal(now, was) {
		return fmt.Errorf("%s was changed by somebody else at the same time: try again", path)
	}
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // in vain once it has its new name
	err = errors.Join(fill(f, target, text), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), target)
	}
	return err
}

// fill writes a file, and makes it like the one it is to replace.
func fill(f *os.File, target string, text []byte) error {
	if _, err := f.Write(text); err != nil {
		return err
	}
	if old, err := os.Stat(target); err == nil {
		if err := own(f, old); err != nil {
			return err
		}
		if err := f.Chmod(old.Mode().Perm()); err != nil { // after the owner, which resets some
			return err
		}
	}
	return f.Sync()
}
