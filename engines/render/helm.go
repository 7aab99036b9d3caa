package main

import (
	"fmt"

	"fairlead.dev/engines/render/charts"
	"fairlead.dev/engines/render/refusal"
	"sigs.k8s.io/yaml"
)

func renderChart(asked *Request, answer *Response) error {
	documents, err := charts.Render(asked.Helm)
	if err != nil {
		return err
	}
	size := 0
	for _, document := range documents {
		object, err := yaml.YAMLToJSON([]byte(document.Text))
		if err != nil {
			return fmt.Errorf("%s: %w", document.Source, err)
		}
		if string(object) == "null" {
			continue
		}
		if size += len(object); size > asked.MaxOutputBytes {
			return tooLarge(asked)
		}
		answer.Documents = append(answer.Documents, Document{Source: document.Source, Object: object})
	}
	return nil
}

func tooLarge(asked *Request) error {
	return refusal.New("too-large", "", fmt.Sprintf("the result has more than %d bytes", asked.MaxOutputBytes))
}
