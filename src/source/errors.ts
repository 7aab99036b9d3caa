import { defineError } from '../model/error.ts';

/** What can go wrong between a repository and a tree. None of these ever stands for "nothing there". */

export const gitMissing = defineError('source.git-missing', {
  class: 'input',
  title: 'Git is not installed or cannot be started',
  hint: 'Install Git 2.31 or newer (`apt install git`, `dnf install git`, `brew install git`), or put its folder on the PATH.',
});

export const sshMissing = defineError('source.ssh-missing', {
  class: 'input',
  ofPlace: true,
  title: 'The program that reaches a repository by ssh is not there',
  hint: 'Install the OpenSSH client (`apt install openssh-client`, `dnf install openssh-clients`), or correct GIT_SSH_COMMAND or core.sshCommand.',
});

export const tooManyFiles = defineError('source.too-many-files', {
  class: 'transient',
  title: 'Git cannot be started, because too many files are open',
  hint: 'Raise the limit of open files (ulimit -n, LimitNOFILE= of a service); it is tried again by itself.',
});

export const gitTooOld = defineError('source.git-too-old', {
  class: 'input',
  title: 'The Git on this machine is too old',
  hint: 'Install Git 2.31 or newer.',
});

export const gitFailed = defineError('source.git-failed', {
  class: 'transient',
  title: 'Git failed in a way that Fairlead does not know',
  hint: 'Read the message of Git; the last good revision is still served.',
});

export const urlInvalid = defineError('source.url-invalid', {
  class: 'input',
  title: 'The URL of a source is not one',
  hint: 'Give an absolute URL (https://host/path, ssh://git@host/path, git@host:path, file:///path) without a password in it.',
});

export const urlForbidden = defineError('source.url-forbidden', {
  class: 'denied',
  title: 'The URL points to a place that no repository is at',
  hint: 'Use the host name of the Git server; link-local addresses are refused because cloud metadata is served there.',
});

export const protocolRefused = defineError('source.protocol-refused', {
  class: 'denied',
  title: 'The protocol of the URL is not allowed',
  hint: 'Use https, ssh, http, git or file; protocols that run programs (ext::, fd::) are always refused.',
});

export const unreachable = defineError('source.unreachable', {
  class: 'transient',
  title: 'The repository cannot be reached',
  hint: 'Check network, DNS and the server; the last good revision is still served and it is tried again.',
});

export const redirected = defineError('source.redirected', {
  class: 'denied',
  title: 'The server sends on to another URL, which is not followed',
  hint: 'Give the URL that it sends to, as a browser or `git ls-remote URL` shows it; often it only lacks `.git` at its end.',
});

export const tlsUntrusted = defineError('source.tls-untrusted', {
  class: 'denied',
  title: 'The certificate of the Git server is not trusted',
  hint: 'Add the issuing authority to the machine or set http.sslCAInfo in the Git configuration of the user that runs Fairlead.',
});

export const hostKeyUnknown = defineError('source.host-key-unknown', {
  class: 'denied',
  title: 'The SSH host key of the Git server is not known',
  hint: 'Compare the key with what its owner publishes and add it to the known_hosts file of the source.',
});

export const keyUnusable = defineError('source.key-unusable', {
  class: 'denied',
  title: 'The SSH key cannot be used',
  hint: 'Give it to the user that runs Fairlead alone (chmod 600; `defaultMode: 0400` of a mounted Secret), in the form of OpenSSH.',
});

export const authRequired = defineError('source.auth-required', {
  class: 'denied',
  title: 'The repository asks for credentials, or refuses those given',
  hint: 'Set spec.auth of the source (token, or SSH key without a passphrase) and check that it may read the repository.',
});

export const credentialMissing = defineError('source.credential-missing', {
  class: 'input',
  title: 'The credentials that a source names are not there',
  hint: 'Set the environment variable or write the file that spec.auth names, for the user that runs Fairlead.',
});

export const notFound = defineError('source.not-found', {
  class: 'input',
  title: 'There is no such repository',
  hint: 'Check the URL; many servers give the same answer when the credentials may not see the repository.',
});

export const referenceNotFound = defineError('source.reference-not-found', {
  class: 'input',
  title: 'The repository has no such branch, tag or commit',
  hint: 'Check what the source follows; the last good revision is still served.',
});

export const empty = defineError('source.empty', {
  class: 'input',
  title: 'The repository has no commit',
  hint: 'Push a first commit; if there was one before, find out who emptied the repository. Nothing is deleted because of it.',
});

export const shallow = defineError('source.shallow', {
  class: 'input',
  title: 'The repository is a shallow clone',
  hint: 'Make it whole with `git fetch --unshallow`, or follow the repository that it was cloned from. History is needed to go back, and to see what was rewritten.',
});

export const corrupt = defineError('source.corrupt', {
  class: 'transient',
  title: 'Git objects are damaged or missing',
  hint: 'The mirror is made anew at the next fetch; if that does not help, run `git fsck` on the server.',
});

export const objectRefused = defineError('source.object-refused', {
  class: 'denied',
  title: "The repository holds an object that fails Git's own checks",
  hint: 'Run `git fsck` on the repository; somebody may have pushed an object that is made to attack its readers.',
});

export const diskFull = defineError('source.disk-full', {
  class: 'transient',
  title: 'The disk that holds the mirrors is full',
  hint: 'Free space in the state folder; the last good revision is still served.',
});

export const stateUnwritable = defineError('source.state-unwritable', {
  class: 'input',
  title: 'The folder of the mirrors cannot be written',
  hint: 'Give the user that runs Fairlead write access to its state folder.',
});

export const timedOut = defineError('source.timeout', {
  class: 'transient',
  title: 'Git did not finish in time',
  hint: 'Check the server; raise spec.timeout of the source for a repository that is large by nature.',
});

export const cancelled = defineError('source.cancelled', {
  class: 'transient',
  title: 'The operation was cancelled',
  hint: 'Nothing to do: nothing was changed.',
});

export const pathEscape = defineError('source.path-escape', {
  class: 'denied',
  title: 'A path or symbolic link leaves the repository',
  hint: 'Use paths and links that stay inside the repository.',
});

export const pathInvalid = defineError('source.path-invalid', {
  class: 'input',
  title: 'A path is not written as Git writes it',
  hint: 'Write it relative to the root of the repository, with single slashes and no control characters.',
});

export const symlinkLoop = defineError('source.symlink-loop', {
  class: 'input',
  title: 'Symbolic links lead in a circle',
  hint: 'Remove one of the links.',
});

export const submodule = defineError('source.submodule', {
  class: 'input',
  title: 'A path is a Git submodule, which is not followed',
  hint: 'Declare the other repository as a Source of its own and point an application at it.',
});

export const lfsPointer = defineError('source.lfs-pointer', {
  class: 'input',
  title: 'A file is a Git LFS pointer, not its content',
  hint: 'Keep configuration in plain Git: `git lfs migrate export --include=PATH`.',
});

export const fileTooLarge = defineError('source.file-too-large', {
  class: 'input',
  title: 'A file is larger than what is read from a repository',
  hint: 'Keep large files out of the folders of applications.',
});

export const nonDescendant = defineError('source.non-descendant', {
  class: 'denied',
  title: 'History was rewritten: the new tip does not descend from the accepted commit',
  hint: 'Look at the difference, then confirm the commit, or set spec.allowForcedPush for this source.',
});

export const signatureMissing = defineError('source.signature-missing', {
  class: 'denied',
  title: 'A commit is not signed',
  hint: 'Have it signed, or look at it and confirm the commit.',
});

export const signatureUntrusted = defineError('source.signature-untrusted', {
  class: 'denied',
  title: 'The signature of a commit is not by a trusted key',
  hint: 'Add the key to spec.verify.keyFiles if it is to be trusted; never because a commit asks for it.',
});

export const signatureToolMissing = defineError('source.signature-tool-missing', {
  class: 'input',
  title: 'Signatures cannot be verified here',
  hint: 'Install gpg (for GPG keys) or ssh-keygen (for SSH keys), and check that the key files can be read.',
});

export const bundleInvalid = defineError('source.bundle-invalid', {
  class: 'input',
  title: 'The file is not a Git bundle that can be used here',
  hint: 'Make it anew with `git bundle create FILE --all`; commits that it builds on must have been fetched or imported before.',
});

export const nothingHeld = defineError('source.nothing-held', {
  class: 'conflict',
  title: 'That commit is not held for confirmation',
  hint: 'Look at the source again: it has moved on since the commit was shown.',
});

export const notAWorkTree = defineError('source.not-a-checkout', {
  class: 'input',
  title: 'The folder is not inside a Git repository',
  hint: 'Run it in a clone, or `git init` and commit first.',
});

export const ownershipDoubtful = defineError('source.ownership-doubtful', {
  class: 'denied',
  title: 'The repository belongs to another user',
  hint: 'If you trust it: `git config --global --add safe.directory PATH`.',
});

export const archiveRefused = defineError('source.archive-refused', {
  class: 'input',
  title: 'A packed chart holds something that must not be unpacked',
  hint: 'Nothing of it was taken. Tell whoever publishes the chart; `helm package` makes archives of files alone.',
});

export const chartChanged = defineError('source.chart-changed', {
  class: 'conflict',
  title: 'A chart is not what its digest says',
  hint: 'A version that is published again under the same number may be an attack. What was taken before stays; publish a new version.',
});

export const digestMismatch = defineError('source.digest-mismatch', {
  class: 'conflict',
  title: 'A chart does not have the digest that the Source pins',
  hint: 'Nothing of it was taken. Ask whoever publishes it which digest is right: correct `digest` of the Source, or take another version.',
});

export const indexInvalid = defineError('source.index-invalid', {
  class: 'input',
  title: 'A chart repository or registry gives an answer that is not one',
  hint: 'Correct the address of the source; it must lead to an index.yaml, or to charts in an OCI registry.',
});

export const downloadTooLarge = defineError('source.download-too-large', {
  class: 'input',
  title: 'A server sends more than a chart may have',
  hint: 'A packed chart may have 32 MiB, the index of a repository 64 MiB.',
});
