// Package files is the file system that the engines see: the tree of one commit, read-only, asked from the host.
package files

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Root is where the engines find the tree. It is not at the top, where a path with too many `..` would come back in. No
// text of a user's is likely to hold the name, which messages leave out.
const Root = "/fairlead.tree"

// Kind is what a path leads to.
type Kind int32

const (
	Absent Kind = 0
	File   Kind = 1
	Folder Kind = 2
)

// Entry is one member of a folder.
type Entry struct {
	Name string
	Kind Kind
}

// KindOf tells what is at a path; links are followed.
func KindOf(name string) (Kind, error) {
	kind, err := ask(askKind, name)
	if kind == absent {
		return Absent, err
	}
	return Kind(kind), err
}

// Read gives the content of a file.
func Read(name string) ([]byte, error) {
	content, found, err := askBytes(askContent, name)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &fs.PathError{Op: "open", Path: Shown(name), Err: fs.ErrNotExist}
	}
	return content, nil
}

// List gives the members of a folder.
func List(name string) ([]Entry, error) {
	text, found, err := askBytes(askMembers, name)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &fs.PathError{Op: "readdir", Path: Shown(name), Err: fs.ErrNotExist}
	}
	entries := []Entry{}
	for _, line := range strings.Split(string(text), "\x00") {
		if line != "" {
			entries = append(entries, Entry{Name: line[1:], Kind: Kind(line[0] - '0')})
		}
	}
	return entries, nil
}

// Real gives the path without symbolic links.
func Real(name string) (string, error) {
	text, found, err := askBytes(askReal, name)
	if err != nil {
		return "", err
	}
	if !found {
		return "", &fs.PathError{Op: "stat", Path: Shown(name), Err: fs.ErrNotExist}
	}
	return path.Join(Root, string(text)), nil
}

func clean(name string) string { return path.Clean("/" + name) }

// Shown is a path as the user knows it: from the root of the repository.
func Shown(name string) string {
	at := clean(name)
	if at == Root {
		return "."
	}
	return strings.TrimPrefix(at, Root+"/")
}

// Plain is a text of an engine with paths as the user knows them.
func Plain(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, Root+"/", ""), Root, ".")
}

// Tree is the file system as Kustomize wants it.
type Tree struct{}

var _ filesys.FileSystem = Tree{}

func (Tree) ReadFile(name string) ([]byte, error) { return Read(name) }

func (Tree) IsDir(name string) bool {
	kind, err := KindOf(name)
	return err == nil && kind == Folder
}

func (Tree) Exists(name string) bool {
	kind, err := KindOf(name)
	return err == nil && kind != Absent
}

func (Tree) ReadDir(name string) ([]string, error) {
	entries, err := List(name)
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, entry.Name)
	}
	return names, err
}

// CleanedAbs gives the real folder and, for a file, its name.
func (Tree) CleanedAbs(name string) (filesys.ConfirmedDir, string, error) {
	kind, err := KindOf(name)
	if err != nil {
		return "", "", err
	}
	if kind == Absent {
		return "", "", fmt.Errorf("there is no %s in the source", Shown(name))
	}
	real, err := Real(name)
	if err != nil {
		return "", "", err
	}
	if kind == Folder {
		return filesys.ConfirmedDir(real), "", nil
	}
	return filesys.ConfirmedDir(path.Dir(real)), path.Base(real), nil
}

func (Tree) Glob(pattern string) ([]string, error) {
	folder := path.Dir(clean(pattern))
	entries, err := List(folder)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, entry := range entries {
		at := path.Join(folder, entry.Name)
		if matched, err := path.Match(clean(pattern), at); err != nil {
			return nil, err
		} else if matched {
			found = append(found, at)
		}
	}
	return found, nil
}

func readOnly(name string) error {
	return &fs.PathError{Op: "write", Path: Shown(name), Err: fs.ErrPermission}
}

func (Tree) Create(name string) (filesys.File, error)    { return nil, readOnly(name) }
func (Tree) Open(name string) (filesys.File, error)      { return nil, readOnly(name) }
func (Tree) Mkdir(name string) error                     { return readOnly(name) }
func (Tree) MkdirAll(name string) error                  { return readOnly(name) }
func (Tree) RemoveAll(name string) error                 { return readOnly(name) }
func (Tree) WriteFile(name string, _ []byte) error       { return readOnly(name) }
func (Tree) Walk(name string, _ filepath.WalkFunc) error { return readOnly(name) }

// info is what .helmignore rules ask about a path.
type info struct {
	fs.FileInfo
	entry Entry
}

func (i info) Name() string { return i.entry.Name }
func (i info) IsDir() bool  { return i.entry.Kind == Folder }
func (i info) Mode() fs.FileMode {
	if i.IsDir() {
		return fs.ModeDir | 0o755
	}
	return 0o644
}

// Info describes an entry to code that was written for a disk.
func (e Entry) Info() os.FileInfo { return info{entry: e} }
