package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"attache/bot"
	"attache/storage"
)

type searchCommand struct {
	configFlag
	Query []string `arg:"" help:"Words that must all stand in the story; quote a phrase twice: '\"Security Council\"'."`
	Most  int      `short:"n" default:"20" help:"Stories to show."`
	JSON  bool     `help:"Print one item a line, as JSON."`
}

// Run searches the database of the config, which a running bot may be using.
func (c *searchCommand) Run(ctx context.Context, p *Program) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	db, err := openExisting(ctx, cfg.Storage.Path)
	if err != nil {
		return err
	}
	defer db.Close()
	told, err := db.Search(ctx, strings.Join(c.Query, " "), c.Most)
	if err != nil {
		return err
	}
	for _, t := range told {
		if err := c.print(p, t); err != nil {
			return err
		}
	}
	if len(told) == 0 {
		return &exitError{found, fmt.Errorf("nothing on record in %s holds all of: %s", cfg.Storage.Path, strings.Join(c.Query, " "))}
	}
	return nil
}

// openExisting opens a database and makes none. The error wraps
// fs.ErrNotExist where there is no file.
func openExisting(ctx context.Context, path string) (*storage.DB, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database %s yet; run makes it: %w", path, fs.ErrNotExist)
	}
	return storage.Open(ctx, path, storage.Options{})
}

func (c *searchCommand) print(p *Program, t bot.Told) error {
	if c.JSON {
		return json.NewEncoder(p.Out).Encode(t.Item)
	}
	_, err := fmt.Fprintf(p.Out, "#%d  %s  %s: %s\n    %s\n", t.Story, t.Item.Seen.Local().Format("2006-01-02 15:04 MST"), t.Item.Outlet, t.Item.Title, t.Item.URL)
	return err
}
