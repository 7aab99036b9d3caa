import { FairleadError } from '../../model/error.ts';
import type { Tree } from '../../source/source.ts';
import { linkBroken, renderTooLarge } from '../errors.ts';
import { isFolder } from '../renderer.ts';
import type { ReadSet } from '../renderer.ts';
import type { Answer, EngineFiles, Foreseen, Question } from './protocol.ts';

/** Largest file that a render may read, in bytes; the largest that Helm takes in a chart. */
const maxFileBytes = 5 * 2 ** 20;
/** Most bytes that one render may read. */
const maxTotalBytes = 64 * 2 ** 20;
/** Most questions that one render may ask. */
const maxQuestions = 50_000;

/** A tree as the engines see it, and a record of what they saw. */
interface RecordedFiles extends EngineFiles {
  readonly readSet: ReadSet;
  /** Why a question could not be answered; the render that asked it fails with this. */
  readonly failure: FairleadError | null;
  /** The first address that was taken for a path, and is not there. */
  readonly address: string | null;
}

/** A question that will probably be asked. */
export interface Expected {
  readonly question: Question;
  /** Within the tree. */
  readonly path: string;
  /** What is in the file, where that is known already. */
  readonly bytes?: Uint8Array;
}

/** What is to be known of a path. */
type Mark = readonly [path: string, oid: string | null];

interface Found {
  readonly answer: Answer;
  readonly marks: readonly Mark[];
  /** Members of a folder that are links to nothing. */
  readonly broken?: readonly string[];
}

const absent: Readonly<Record<Question, Answer>> = {
  kind: { kind: 'absent' },
  content: { bytes: null },
  members: { bytes: null },
  real: { bytes: null },
};

/**
 * @param resource What is rendered, for errors.
 * @param expected Answered ahead, while the engine is busy with another render; recorded only when they are used.
 */
export function recordFiles(
  tree: Tree,
  resource: string,
  expected: readonly Expected[] = [],
): RecordedFiles {
  const readSet = new Map<string, string | null>();
  const ahead: Found[] = [];
  const broken = new Set<string>();
  let address: string | null = null;
  let failure: FairleadError | null = null;
  let bytesRead = 0;
  let asked = 0;

  const record = (marks: readonly Mark[]): void => {
    for (const [path, oid] of marks) {
      // An object id says more than that there is a folder.
      if (oid !== isFolder || !readSet.has(path)) readSet.set(path, oid);
    }
  };
  const ask = async (question: Question, path: string): Promise<Answer> => {
    try {
      asked += 1;
      if (asked > maxQuestions) {
        const message = `${resource} looks at more than ${maxQuestions} files.`;
        throw renderTooLarge({ message, resource });
      }
      const found = await lookUp(tree, question, path);
      if ('bytes' in found.answer) bytesRead += found.answer.bytes?.length ?? 0;
      if (bytesRead > maxTotalBytes) {
        const message = `${resource} reads more than ${maxTotalBytes} bytes (at ${path}).`;
        throw renderTooLarge({ message, resource: path });
      }
      record(found.marks);
      if (isAbsent(found.answer)) address ??= addressIn(path);
      for (const link of found.broken ?? []) broken.add(link);
      if (question === 'content' && broken.has(path)) {
        throw linkBroken({ message: `${path} leads to nothing.`, resource: path });
      }
      return found.answer;
    } catch (thrown) {
      if (!(thrown instanceof FairleadError)) throw thrown;
      // No tree can hold such a name. Kustomize takes a patch that is written in place for a path first.
      if (thrown.code === 'source.path-invalid') return absent[question];
      failure ??= thrown.code === 'source.file-too-large' ? tooLarge(thrown) : thrown;
      return { failed: true };
    }
  };
  return {
    readSet,
    get failure() {
      return failure;
    },
    get address() {
      return address;
    },
    ask: (question, path) => ask(question, path.replace(/^\/+/, '')),
    foresee: async () => {
      // Side by side, so that Git is asked once for all of them, not once for each.
      const found = await Promise.all(expected.map((one) => lookAhead(tree, one)));
      const answers: Foreseen[] = [];
      for (const [index, { question, path }] of expected.entries()) {
        const one = found[index];
        if (one == null) continue;
        ahead.push(one);
        for (const link of one.broken ?? []) broken.add(link);
        answers.push({ question, path: `/${path}`, answer: one.answer });
      }
      return answers;
    },
    use: (index) => record(ahead[index]?.marks ?? []),
  };
}

function isAbsent(answer: Answer): boolean {
  return 'kind' in answer ? answer.kind === 'absent' : 'bytes' in answer && answer.bytes === null;
}

/** `app/oci:/registry/base`, as a path is once an engine has made it clean, is `oci://registry/base`. */
function addressIn(path: string): string | null {
  const [, address, rest] = /(?:^|\/)((?:[a-z]+::)?[a-z][a-z\d+.-]*:)\/+(.+)$/.exec(path) ?? [];
  return address === undefined ? null : `${address}//${rest}`;
}

function tooLarge(cause: FairleadError): FairleadError {
  return renderTooLarge({ message: cause.message, resource: cause.resource, cause });
}

/** `null`: it cannot be read. Whether that matters is seen when it is asked. */
async function lookAhead(tree: Tree, { question, path, bytes }: Expected): Promise<Found | null> {
  try {
    if (bytes === undefined) return await lookUp(tree, question, path);
    const { mark } = await kindOf(tree, path);
    return { answer: { bytes }, marks: [mark] };
  } catch (thrown) {
    if (thrown instanceof FairleadError) return null;
    throw thrown;
  }
}

async function lookUp(tree: Tree, question: Question, path: string): Promise<Found> {
  switch (question) {
    case 'kind': {
      const { kind, mark } = await kindOf(tree, path);
      return { answer: { kind }, marks: [mark] };
    }
    case 'content': {
      const { kind, mark } = await kindOf(tree, path);
      const bytes = kind === 'file' ? await tree.read(path, maxFileBytes) : null;
      return { answer: { bytes }, marks: [mark] };
    }
    case 'members':
      return members(tree, path);
    case 'real': {
      const real = await tree.realPath(path);
      const mark: Mark = [path, real === null ? null : isFolder];
      return { answer: { bytes: real === null ? null : Buffer.from(`/${real}`) }, marks: [mark] };
    }
  }
}

/** A path that leads to nothing, through a file for instance, is as absent as one that is not there. */
async function kindOf(
  tree: Tree,
  path: string,
): Promise<{ readonly kind: 'absent' | 'file' | 'folder'; readonly mark: Mark }> {
  if ((await tree.list(path)) !== null) return { kind: 'folder', mark: [path, isFolder] };
  const oid = await tree.oid(path);
  return { kind: oid === null ? 'absent' : 'file', mark: [path, oid] };
}

async function members(tree: Tree, path: string): Promise<Found> {
  const entries = await tree.list(path);
  const marks: Mark[] = [[path, await tree.oid(path)]];
  const broken: string[] = [];
  if (entries === null) return { answer: { bytes: null }, marks };
  let text = '';
  for (const { name, kind } of entries) {
    if (kind === 'file' || kind === 'folder') {
      text += `${kind === 'file' ? 1 : 2}${name}\0`;
      continue;
    }
    // What a link leads to is not in the folder's object id, so it is recorded by itself.
    const at = path === '' ? name : `${path}/${name}`;
    const found = await kindOf(tree, at);
    marks.push(found.mark);
    if (found.kind === 'absent') {
      if (kind !== 'symlink') continue;
      // A link to nothing counts as a file, so that who lists the folder to read all of it reads it, and fails.
      broken.push(at);
    }
    text += `${found.kind === 'folder' ? 2 : 1}${name}\0`;
  }
  return { answer: { bytes: Buffer.from(text) }, marks, broken };
}
