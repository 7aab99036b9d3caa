import type { ErrorFactory, FairleadError } from '../model/error.ts';
import type { ChildOutcome } from './child.ts';
import {
  authRequired,
  cancelled,
  corrupt,
  diskFull,
  gitFailed,
  gitMissing,
  hostKeyUnknown,
  keyUnusable,
  notFound,
  objectRefused,
  ownershipDoubtful,
  protocolRefused,
  redirected,
  referenceNotFound,
  sshMissing,
  stateUnwritable,
  timedOut,
  tlsUntrusted,
  unreachable,
  tooManyFiles,
} from './errors.ts';
import { scrub } from './scrub.ts';

/**
 * Git tells what went wrong in words only. These are its words under `LC_ALL=C`, most telling first: the last lines
 * ("Could not read from remote repository") follow many causes. `why` stands for words that help nobody.
 */
const table: readonly (readonly [words: RegExp, make: ErrorFactory, why?: string])[] = [
  [/No space left on device|Disk quota exceeded/i, diskFull],
  [
    /Read-only file system|(?:cannot|could not|unable to) (?:create|open|lock|mkdir|write)[^\n]*Permission denied|insufficient permission for adding an object/i,
    stateUnwritable,
  ],
  [/detected dubious ownership/i, ownershipDoubtful],
  [/transport '[^']*' not allowed/i, protocolRefused],
  [
    /[^\n]*\bssh: (?:command )?not found|cannot run [^\n]*ssh: No such file/,
    sshMissing,
    'there is no program ssh on the PATH',
  ],
  [
    /Host key verification failed|No [A-Z0-9-]+ host key is known for|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    hostKeyUnknown,
  ],
  [
    /SSL certificate problem|certificate verification failed|certificate verify failed|does not match target host name|no alternative certificate/i,
    tlsUntrusted,
  ],
  [
    // Why the key was not even offered stands before the refusal: everybody may read it, it has a passphrase, it is none.
    /Load key "[^\n]*(?=[^]*Permission denied \()/,
    keyUnusable,
  ],
  [
    /could not read (?:Username|Password)/i,
    authRequired,
    'it asks for credentials, and there are none for it',
  ],
  [
    /Authentication failed|Invalid (?:username|credentials)|returned error: 40[13]\b|Permission denied \(|Access denied|HTTP Basic: Access denied|Permission to .* denied|not authorized/i,
    authRequired,
  ],
  [
    /fsck error|(?:error|fatal): [^\n]*\b(?:object|tree|blob|commit|tag) [0-9a-f]{40,64}: [a-z]+[A-Z][A-Za-z]+:/,
    objectRefused,
  ],
  [
    /(?:couldn't|could not) find remote ref|upload-pack: not our ref|unadvertised object|not a valid ref/i,
    referenceNotFound,
  ],
  [
    /Repository not found|[Rr]epository ['"][^\n]*['"] (?:not found|does not exist)|does not appear to be a git repository|returned error: 404\b|project you were looking for could not be found|no such repository|info\/refs not valid/i,
    notFound,
  ],
  [
    /unable to update url base from redirection|returned error: 30[12378]\b/i,
    redirected,
    'the server sends on to another URL',
  ],
  [
    /Could not resolve (?:host|proxy)|Temporary failure in name resolution|Connection (?:refused|timed out|reset)|Failed to connect|Couldn't connect|Network is unreachable|No route to host|Operation timed out|early EOF|hung up unexpectedly|RPC failed|returned error: (?:5\d\d|429|408)\b|Empty reply from server|transfer closed|Recv failure|Send failure|HTTP2? framing|gnutls_handshake|SSL_connect|SSL_ERROR_SYSCALL|unexpected disconnect|protocol error|bad line length|(?:fatal|error): (?:expected |error (?:processing|reading|in object))|ssh: connect to host/i,
    unreachable,
  ],
  [
    /object file [^\n]* is empty|(?:loose|packed) object [^\n]* (?:is corrupt|\(stored in)|packfile [^\n]*(?:cannot be accessed|is corrupt|does not match index|far too short|truncated)|inflate: data stream error|zlib error|bad object|missing (?:blob|tree|commit)|unable to (?:read tree|unpack|parse commit|find)|index file [^\n]* is (?:too small|corrupt)|unknown object type|failed to parse commit|did not send all necessary objects|remote did not send all|unresolved deltas|invalid sha1 pointer|bad (?:ref|pack header|tree)|broken (?:ref|links)|hash mismatch|sha1 mismatch|SHA1 COLLISION|pack is corrupted|not a git repository/i,
    corrupt,
  ],
  [/Could not read from remote repository|remote end hung up|unable to access/i, unreachable],
];

interface FailureContext {
  /** What was tried, continuing "cannot …": `fetch https://host/path`. */
  readonly doing: string;
  readonly resource: string;
  readonly secrets?: readonly string[] | undefined;
  readonly timeoutMs?: number | undefined;
}

/** The error for a Git process that did not end well. */
export function gitFailure(outcome: ChildOutcome, context: FailureContext): FairleadError {
  const stderr = scrub(outcome.stderr, context.secrets);
  const details = (why: string): { message: string; resource: string } => ({
    message: `cannot ${context.doing}: ${why}`,
    resource: context.resource,
  });
  switch (outcome.ended) {
    case 'timeout': {
      const after = context.timeoutMs === undefined ? 'too long' : `${context.timeoutMs / 1000} s`;
      return timedOut(details(`no end after ${after}`));
    }
    case 'cancelled':
      return cancelled(details('cancelled'));
    case 'too-much-output':
      return gitFailed(details('Git wrote more than is ever read'));
    case 'not-started':
      return stderr.includes('too many open files')
        ? tooManyFiles(details(stderr))
        : gitMissing(details(stderr));
    case 'exited': {
      for (const [words, make, why] of table) {
        const match = words.exec(stderr);
        if (match !== null) return make(details(why ?? lineAt(stderr, match.index)));
      }
      return gitFailed(details(lastLine(stderr) || `Git ended with code ${outcome.exitCode}`));
    }
  }
}

/** The line of the message that says what happened, without Git's prefix, at most 300 characters. */
function lineAt(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index) + 1;
  const end = text.indexOf('\n', index);
  return shorten(text.slice(start, end === -1 ? undefined : end));
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return shorten(lines.findLast((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? '');
}

function shorten(line: string): string {
  const plain = line.replace(/^(?:(?:remote|fatal|error|warning): )+/, '').trim();
  return plain.length > 300 ? `${plain.slice(0, 299)}…` : plain;
}
