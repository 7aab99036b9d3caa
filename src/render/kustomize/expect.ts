import { FairleadError } from '../../model/error.ts';
import type { Tree } from '../../source/source.ts';
import type { Expected } from '../sandbox/tree-files.ts';
import { joinPath } from '../sandbox/tree-path.ts';
import { fileNames } from './file-names.ts';

/** Most folders and files that are looked up ahead. */
const maxFolders = 20;
const maxFiles = 100;
/** Largest kustomization that is searched for names. */
const maxBytes = 64 * 1024;

/**
 * What Kustomize will probably ask about an overlay: its kustomization and those that it names, with the files beside
 * them that they name. A guess by words, not by their meaning: a wrong one costs a look, a missing one a question.
 */
export async function expectedOf(tree: Tree, root: string): Promise<readonly Expected[]> {
  const expected: Expected[] = [];
  const folders = [root];
  const files = new Set<string>();
  try {
    for (const folder of folders) {
      expected.push({ question: 'content', path: folder });
      expected.push({ question: 'kind', path: folder }, { question: 'real', path: folder });
      for (const name of fileNames) {
        const path = joinPath(folder, name) ?? name;
        const bytes = await tree.read(path, maxBytes);
        expected.push({ question: 'content', path, ...(bytes === null ? {} : { bytes }) });
        if (bytes === null) continue;
        for (const named of await namedIn(tree, folder, bytes)) {
          if (folders.includes(named) || files.has(named)) continue;
          if ((await tree.list(named)) === null) files.add(named);
          else if (folders.length < maxFolders) folders.push(named);
        }
      }
    }
  } catch (thrown) {
    // Whether it matters is seen when Kustomize asks for it.
    if (!(thrown instanceof FairleadError)) throw thrown;
  }
  const named = [...files].slice(0, maxFiles);
  return [...expected, ...named.map((path): Expected => ({ question: 'content', path }))];
}

/** Files and folders that are there and whose names stand in a kustomization. */
async function namedIn(tree: Tree, folder: string, bytes: Uint8Array): Promise<readonly string[]> {
  const found: string[] = [];
  for (const word of words(Buffer.from(bytes).toString('utf8'))) {
    const named = joinPath(folder, word);
    if (named !== null && named !== folder && (await tree.oid(named)) !== null) found.push(named);
  }
  return found;
}

/** Words that can be paths of files or folders. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.match(/[\w./@+-]*[./][\w./@+-]*/g) ?? []);
}
