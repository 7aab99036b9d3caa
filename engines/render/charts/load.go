// Package charts renders Helm charts with Helm's own engine, from files that the host gives.
package charts

import (
	"bytes"
	"fmt"
	"path"

	"fairlead.dev/engines/render/files"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/ignore"
)

// maxDepth is how deep the folders of a chart may nest.
const maxDepth = 32

// load reads a chart from a folder, as its .helmignore says, or from an archive.
func load(at string) (*chart.Chart, error) {
	kind, err := files.KindOf(at)
	if err != nil {
		return nil, err
	}
	switch kind {
	case files.Absent:
		return nil, fmt.Errorf("there is no chart at %s", files.Shown(at))
	case files.File:
		content, err := files.Read(at)
		if err != nil {
			return nil, err
		}
		return loader.LoadArchive(bytes.NewReader(content))
	}
	rules, err := ignoreRules(at)
	if err != nil {
		return nil, err
	}
	var found []*loader.BufferedFile
	var visit func(inside string, depth int) error
	visit = func(inside string, depth int) error {
		if depth > maxDepth {
			return fmt.Errorf("%s is nested more than %d folders deep", files.Shown(path.Join(at, inside)), maxDepth)
		}
		entries, err := files.List(path.Join(at, inside))
		if err != nil {
			return err
		}
		for _, entry := range entries {
			name := path.Join(inside, entry.Name)
			if rules.Ignore(name, entry.Info()) {
				continue
			}
			if entry.Kind == files.Folder {
				if err := visit(name, depth+1); err != nil {
					return err
				}
				continue
			}
			content, err := files.Read(path.Join(at, name))
			if err != nil {
				return err
			}
			content = bytes.TrimPrefix(content, []byte("\xEF\xBB\xBF"))
			found = append(found, &loader.BufferedFile{Name: name, Data: content})
		}
		return nil
	}
	if err := visit("", 0); err != nil {
		return nil, err
	}
	return loader.LoadFiles(found)
}

func ignoreRules(at string) (*ignore.Rules, error) {
	rules := ignore.Empty()
	name := path.Join(at, ignore.HelmIgnore)
	kind, err := files.KindOf(name)
	if err != nil {
		return nil, err
	}
	if kind == files.File {
		content, err := files.Read(name)
		if err != nil {
			return nil, err
		}
		if rules, err = ignore.Parse(bytes.NewReader(content)); err != nil {
			return nil, err
		}
	}
	rules.AddDefaults()
	return rules, nil
}
