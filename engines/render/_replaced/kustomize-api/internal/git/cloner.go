package git

import (
	"fairlead.dev/engines/render/refusal"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Cloner puts a repository where RepoSpec.Dir then says.
type Cloner func(repoSpec *RepoSpec) error

// ClonerUsingGitExec refuses: the sandbox starts no program and has no network.
func ClonerUsingGitExec(repoSpec *RepoSpec) error {
	return refusal.New("remote", repoSpec.Raw(), "the sandbox has no network: "+repoSpec.Raw())
}

// DoNothingCloner claims that the repository is in dir.
func DoNothingCloner(dir filesys.ConfirmedDir) Cloner {
	return func(repoSpec *RepoSpec) error {
		repoSpec.Dir = dir
		return nil
	}
}
