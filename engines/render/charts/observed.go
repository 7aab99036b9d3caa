package charts

// Observed is what charts did while they were rendered that the host has to know.
var Observed struct {
	// Warnings are for people.
	Warnings []string
	// Lookups are what templates asked the cluster for.
	Lookups []Lookup
	// Notes is what the last chart says to who installs it.
	Notes string
	// UsesCapabilities tells that the result may depend on the cluster's version and kinds.
	UsesCapabilities bool
}

// Reset forgets what earlier renders did.
func Reset() {
	Observed.Warnings, Observed.Lookups, Observed.UsesCapabilities = nil, nil, false
	Observed.Notes = ""
}
