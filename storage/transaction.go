package storage

import (
	"context"
	"database/sql"
	"sync"
)

// writer is the connection that writes. It keeps the statements of its
// transactions compiled: compiling was half the work of a small plan.
type writer struct {
	*sql.DB
	compiled sync.Map // query → *sql.Stmt
}

// transaction is the database as it will be if all goes well.
type transaction struct {
	*sql.Tx
	writer *writer
	news   []string // statements that the writer does not keep yet
}

// update runs do in a transaction that is stored whole, or not at all if do
// returns an error.
func (w *writer) update(ctx context.Context, do func(context.Context, *transaction) error) error {
	tx, err := w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after Commit it does nothing
	t := &transaction{Tx: tx, writer: w}
	if err := do(ctx, t); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	w.compile(ctx, t.news)
	return nil
}

// compile keeps statements. That takes the connection, so that no transaction
// can do it for itself. What fails is for a later one to try again.
func (w *writer) compile(ctx context.Context, queries []string) {
	for _, query := range queries {
		if _, ok := w.compiled.Load(query); ok {
			continue
		}
		stmt, err := w.PrepareContext(ctx, query)
		if err != nil {
			return
		}
		if _, raced := w.compiled.LoadOrStore(query, stmt); raced {
			stmt.Close()
		}
	}
}

// stmt is the statement as the writer keeps it, or nil.
func (t *transaction) stmt(ctx context.Context, query string) *sql.Stmt {
	stmt, ok := t.writer.compiled.Load(query)
	if !ok {
		t.news = append(t.news, query)
		return nil
	}
	return t.StmtContext(ctx, stmt.(*sql.Stmt))
}

// ExecContext is that of Tx.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := t.stmt(ctx, query); stmt != nil {
		return stmt.ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, query, args...)
}

// QueryRowContext is that of Tx.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := t.stmt(ctx, query); stmt != nil {
		return stmt.QueryRowContext(ctx, args...)
	}
	return t.Tx.QueryRowContext(ctx, query, args...)
}
