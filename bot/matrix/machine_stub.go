//go:build goolm

package matrix

import "context"

func (m *machine) backUp(ctx context.Context, to Backup) (n int, err error) { return 0, nil }
