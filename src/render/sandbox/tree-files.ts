import { FairleadError } from '../../model/error.ts';
import type { Tree } from '../../source/source.ts';
import { renderTooLarge } from '../errors.ts';
import { isFolder } from '../renderer.ts';
import type { ReadSet } from '../renderer.ts';
import type { Answer, EngineFiles, Question } from './protocol.ts';

/** Largest file that a render may read, in bytes; the largest that Helm takes in a chart. */
const maxFileBytes = 5 * 2 ** 20;
/** Most bytes that one render may read. */
const maxTotalBytes = 64 * 2 ** 20;
/** Most questions that one render may ask. */
const maxQuestions = 50_000;

const absent: Readonly<Record<Question, Answer>> = {
  kind: { kind: 'absent' },
  content: { bytes: null },
  members: { bytes: null },
  real: { bytes: null },
};

/** A tree as the engines see it, and a record of what they saw. */
export interface RecordedFiles extends EngineFiles {
  readonly readSet: ReadSet;
  /** Why a question could not be answered; the render that asked it fails with this. */
  readonly failure: FairleadError | null;
}

/** @param resource What is rendered, for errors. */
export function recordFiles(tree: Tree, resource: string): RecordedFiles {
  const readSet = new Map<string, string | null>();
  let failure: FairleadError | null = null;
  let bytesRead = 0;
  let asked = 0;

  /** A path that leads to nothing, through a file for instance, is as absent as one that is not there. */
  const kindOf = async (path: string): Promise<'absent' | 'file' | 'folder'> => {
    if ((await tree.list(path)) !== null) {
      if (!readSet.has(path)) readSet.set(path, isFolder);
      return 'folder';
    }
    const oid = await tree.oid(path);
    readSet.set(path, oid);
    return oid === null ? 'absent' : 'file';
  };

  const content = async (path: string): Promise<Uint8Array | null> => {
    if ((await kindOf(path)) !== 'file') return null;
    const bytes = await tree.read(path, maxFileBytes);
    bytesRead += bytes?.length ?? 0;
    if (bytesRead > maxTotalBytes) {
      const message = `${resource} reads more than ${maxTotalBytes} bytes (at ${path}).`;
      throw renderTooLarge({ message, resource: path });
    }
    return bytes;
  };

  const members = async (path: string): Promise<Uint8Array | null> => {
    const entries = await tree.list(path);
    readSet.set(path, await tree.oid(path));
    if (entries === null) return null;
    let text = '';
    for (const { name, kind } of entries) {
      const inside = path === '' ? name : `${path}/${name}`;
      // What a link leads to is not in the folder's object id, so it is recorded by itself.
      const found = kind === 'file' || kind === 'folder' ? kind : await kindOf(inside);
      if (found !== 'absent') text += `${found === 'file' ? 1 : 2}${name}\0`;
    }
    return Buffer.from(text);
  };

  const answer = async (question: Question, path: string): Promise<Answer> => {
    switch (question) {
      case 'kind':
        return { kind: await kindOf(path) };
      case 'content':
        return { bytes: await content(path) };
      case 'members':
        return { bytes: await members(path) };
      case 'real': {
        const real = await tree.realPath(path);
        return { bytes: real === null ? null : Buffer.from(`/${real}`) };
      }
    }
  };

  return {
    readSet,
    get failure() {
      return failure;
    },
    ask: async (question, path) => {
      try {
        asked += 1;
        if (asked > maxQuestions) {
          const message = `${resource} looks at more than ${maxQuestions} files.`;
          throw renderTooLarge({ message, resource });
        }
        return await answer(question, path.replace(/^\/+/, ''));
      } catch (thrown) {
        if (!(thrown instanceof FairleadError)) throw thrown;
        // No tree can hold such a name. Kustomize takes a patch that is written in place for a path first.
        if (thrown.code === 'source.path-invalid') return absent[question];
        failure ??= thrown;
        return { failed: true };
      }
    },
  };
}
