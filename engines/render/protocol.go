package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"net/http"
	"path"
	"runtime"
	"runtime/debug"
	"strings"

	"fairlead.dev/engines/render/charts"
	"fairlead.dev/engines/render/files"
	"fairlead.dev/engines/render/refusal"
)

// protocolVersion changes with the form of requests and responses.
const protocolVersion = 2

// Request is what the host asks for.
type Request struct {
	Op string `json:"op"`
	// Seed of what templates draw from math/rand; crypto/rand is the host's own.
	Seed int64 `json:"seed"`
	// MaxOutputBytes bounds the documents of the response.
	MaxOutputBytes int `json:"maxOutputBytes"`
	// Path of the folder with the kustomization file, absolute.
	Path string `json:"path"`
	// Capabilities are what charts within a kustomization are told, unless it says otherwise.
	Capabilities charts.Capabilities `json:"capabilities"`
	// Lookups are what the host found of what templates asked the cluster for.
	Lookups []charts.Answer `json:"lookups"`
	// Helm says what to render with op "helm".
	Helm charts.Options `json:"helm"`
}

// Document is one rendered object.
type Document struct {
	// Source is the template that it came from, or empty.
	Source string          `json:"source,omitempty"`
	Object json.RawMessage `json:"object"`
}

// Response is what the host gets: versions, documents or an error.
type Response struct {
	Protocol  int               `json:"protocol"`
	Versions  map[string]string `json:"versions,omitempty"`
	Documents []Document        `json:"documents,omitempty"`
	Warnings  []string          `json:"warnings,omitempty"`
	// Notes is the text of the chart's NOTES.txt.
	Notes string `json:"notes,omitempty"`
	// Lookups are all that templates asked the cluster for, answered or not.
	Lookups []charts.Lookup `json:"lookups,omitempty"`
	// Vocabulary are the names that the engines know: what kustomizations and templates can say.
	Vocabulary *Vocabulary `json:"vocabulary,omitempty"`
	// UsesCapabilities tells that the result depends on the cluster's version and kinds.
	UsesCapabilities bool `json:"usesCapabilities,omitempty"`
	// Spent tells that the module must be put back to its start before it renders anything else.
	Spent bool   `json:"spent,omitempty"`
	Error *Fault `json:"error,omitempty"`
}

// Fault is an error as data. Kinds are stable, messages are for people.
type Fault struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	// About names what was refused: an address, a plug-in, a chart.
	About string `json:"about,omitempty"`
}

func handle(raw []byte) []byte {
	answer := respond(raw)
	answer.Protocol = protocolVersion
	text, err := json.Marshal(answer)
	if err != nil {
		text, _ = json.Marshal(Response{Protocol: protocolVersion, Error: &Fault{Kind: "internal", Message: err.Error()}})
	}
	return text
}

func respond(raw []byte) (answer *Response) {
	defer func() {
		if thrown := recover(); thrown != nil {
			answer = &Response{Error: &Fault{Kind: "panic", Message: fmt.Sprint(thrown)}}
		}
	}()
	var asked Request
	if err := json.Unmarshal(raw, &asked); err != nil {
		return failed(refusal.New("bad-request", "", err.Error()))
	}
	http.DefaultTransport = noNetwork{}
	asked.Path, asked.Helm.Chart = path.Join(files.Root, asked.Path), path.Join(files.Root, asked.Helm.Chart)
	for index, name := range asked.Helm.ValuesFiles {
		asked.Helm.ValuesFiles[index] = path.Join(files.Root, name)
	}
	begin(&asked)
	answer = &Response{}
	var err error
	switch asked.Op {
	case "versions":
		answer.Versions = versions()
	case "vocabulary":
		answer.Vocabulary = vocabulary()
	case "kustomize":
		err = renderKustomization(&asked, answer)
	case "helm":
		err = renderChart(&asked, answer)
	default:
		err = refusal.New("bad-request", asked.Op, "unknown op "+asked.Op)
	}
	if err != nil {
		failure := failed(err)
		failure.Spent = answer.Spent
		// With an answer it may go well.
		failure.Lookups = charts.Observed.Lookups
		return failure
	}
	answer.Warnings = charts.Observed.Warnings
	answer.Notes = charts.Observed.Notes
	answer.Lookups = charts.Observed.Lookups
	answer.UsesCapabilities = charts.Observed.UsesCapabilities
	return answer
}

// begin forgets what was rendered before.
func begin(asked *Request) {
	rand.Seed(asked.Seed)
	refusal.Reset()
	charts.Reset()
	charts.Known = asked.Lookups
}

// failed prefers what was refused on the way to what an engine made of it.
func failed(err error) *Response {
	if first := refusal.First(); first != nil {
		return &Response{Error: &Fault{Kind: first.Kind, Message: files.Plain(first.Message), About: files.Plain(first.About)}}
	}
	var refused *refusal.Refusal
	if errors.As(err, &refused) {
		return &Response{Error: &Fault{Kind: refused.Kind, Message: files.Plain(refused.Message), About: files.Plain(refused.About)}}
	}
	return &Response{Error: &Fault{Kind: "input", Message: files.Plain(err.Error())}}
}

// versions names the engines, as the module was built.
func versions() map[string]string {
	found := map[string]string{"go": runtime.Version()}
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		switch module.Path {
		case "helm.sh/helm/v3":
			found["helm"] = module.Version
		case "sigs.k8s.io/kustomize/api":
			found["kustomize"] = module.Version
		}
	}
	return found
}

// noNetwork refuses every request over HTTP.
type noNetwork struct{}

func (noNetwork) RoundTrip(request *http.Request) (*http.Response, error) {
	return nil, refusal.New("remote", request.URL.Redacted(), "the sandbox has no network: "+strings.TrimSpace(request.URL.Redacted()))
}
