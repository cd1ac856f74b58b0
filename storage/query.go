package storage

import (
	"cmp"
	"context"
	"database/sql"
	"iter"
	"slices"
	"strconv"
	"strings"

	"attache/bot"
)

// placeholders is "$from, $from+1, …", n of them.
func placeholders(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}

// many is how many values one list holds: a statement has room for 32,766
// (https://www.sqlite.org/limits.html), and is compiled anew for every length.
const many = 500

// in yields the right side of IN for the values, as many times as they need,
// each with the arguments of its statement: first, then the values of the list.
func in[T cmp.Ordered](values []T, first ...any) iter.Seq2[string, []any] {
	distinct := slices.Compact(slices.Sorted(slices.Values(values)))
	return func(yield func(string, []any) bool) {
		for some := range slices.Chunk(distinct, many) {
			args := slices.Clone(first)
			for _, v := range some {
				args = append(args, v)
			}
			if !yield("("+placeholders(len(first)+1, len(some))+")", args) {
				return
			}
		}
	}
}

// database is a *sql.DB or a *sql.Tx.
type database interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// row is a *sql.Row or a *sql.Rows.
type row interface{ Scan(into ...any) error }

// each yields the rows of a query, read by scan. After an error it ends.
func each[T any](ctx context.Context, from database, scan func(row) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := from.QueryContext(ctx, query, args...)
		if err != nil {
			yield(none, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			v, err := scan(rows)
			if !yield(v, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, err)
		}
	}
}

// all returns the rows of a query, read by scan.
func all[T any](ctx context.Context, from database, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	var out []T
	for v, err := range each(ctx, from, scan, query, args...) {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// changed is the error of a statement that was to change one row: ErrNotFound
// if there was none.
func changed(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		err = bot.ErrNotFound
	}
	return err
}
