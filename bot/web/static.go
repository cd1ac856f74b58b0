package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

//go:embed static/page.css static/page.js static/icon.svg
var static embed.FS

// file is a static file with its ETag.
type file struct {
	body []byte
	etag string
}

// readStatic reads the embedded files by name.
func readStatic() (map[string]file, error) {
	files := map[string]file{}
	dir, err := static.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("web: read the static files: %w", err)
	}
	for _, f := range dir {
		body, err := static.ReadFile("static/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("web: read the static files: %w", err)
		}
		digest := sha256.Sum256(body)
		files[f.Name()] = file{body, `"` + hex.EncodeToString(digest[:12]) + `"`}
	}
	return files, nil
}

// static serves a file; browsers keep it and ask each time whether it holds,
// so that an upgrade shows at once.
func (s *Server) static(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	f, ok := s.files[name]
	if !ok {
		s.problem(w, http.StatusNotFound, "There is no such file.")
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", f.etag)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.body))
}
