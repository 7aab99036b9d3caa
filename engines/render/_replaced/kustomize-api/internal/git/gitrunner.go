package git

// The sandbox starts no program, so there is nothing to run Git with.
