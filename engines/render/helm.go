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
		// Helm takes the space off both ends of a document and puts a line break back when it writes them one after the
		// other. A text block at the end of a document ends with that line break.
		object, err := yaml.YAMLToJSON([]byte(document.Text + "\n"))
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
