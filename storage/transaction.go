package storage

import (
	"context"
	"database/sql"
	"sync"
)

// writer is the connection that writes. It keeps the statements of its
// transactions compiled, which is a third of the work of a small plan.
type writer struct {
	*sql.DB
	compiled sync.Map // query → *sql.Stmt
}

// transaction is a database as it will be if all goes well.
type transaction struct {
	*sql.Tx
	of      *writer
	unknown []string // the statements that were compiled for it alone
}

// update runs do in a transaction that is stored whole, or not at all if do
// returns an error.
func (w *writer) update(ctx context.Context, do func(context.Context, *transaction) error) error {
	tx, err := w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing
	t := &transaction{Tx: tx, of: w}
	if err := do(ctx, t); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	w.compile(ctx, t.unknown)
	return nil
}

// compile keeps statements. It must wait for the connection, so a transaction
// cannot do it for itself; what fails here is tried again by the next.
func (w *writer) compile(ctx context.Context, queries []string) {
	for _, q := range queries {
		if _, ok := w.compiled.Load(q); ok {
			continue
		}
		if s, err := w.PrepareContext(ctx, q); err == nil {
			if _, raced := w.compiled.LoadOrStore(q, s); raced {
				s.Close()
			}
		}
	}
}

func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if s, ok := t.of.compiled.Load(query); ok {
		return t.StmtContext(ctx, s.(*sql.Stmt)).ExecContext(ctx, args...)
	}
	t.unknown = append(t.unknown, query)
	return t.Tx.ExecContext(ctx, query, args...)
}

func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s, ok := t.of.compiled.Load(query); ok {
		return t.StmtContext(ctx, s.(*sql.Stmt)).QueryRowContext(ctx, args...)
	}
	t.unknown = append(t.unknown, query)
	return t.Tx.QueryRowContext(ctx, query, args...)
}
