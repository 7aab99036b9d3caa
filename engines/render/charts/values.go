package charts

import (
	"fmt"

	"fairlead.dev/engines/render/files"
	"sigs.k8s.io/yaml"
)

// values lays the base, the values files in order and the inline values over one another, as repeated -f does.
func (o *Options) values() (map[string]any, error) {
	merged := map[string]any{}
	overlay(merged, o.BaseValues)
	for _, name := range o.ValuesFiles {
		content, err := files.Read(name)
		if err != nil {
			return nil, err
		}
		values := map[string]any{}
		if err := yaml.Unmarshal(content, &values); err != nil {
			return nil, fmt.Errorf("failed to parse %s: %w", files.Shown(name), err)
		}
		overlay(merged, values)
	}
	overlay(merged, o.Values)
	return merged, nil
}

// overlay merges mappings; anything else on top replaces what is below.
func overlay(below, above map[string]any) {
	for key, value := range above {
		upper, isUpper := value.(map[string]any)
		lower, isLower := below[key].(map[string]any)
		if isUpper && isLower {
			overlay(lower, upper)
		} else {
			below[key] = value
		}
	}
}
