import { FairleadError } from '../model/error.ts';
import { failure, success } from '../model/result.ts';
import type { Result } from '../model/result.ts';
import type { Tree } from '../source/source.ts';
import { configMissing, tooLarge } from './errors.ts';
import type { ConfigFile } from './load.ts';
import { maxConfigBytes } from './yaml.ts';

/** All configuration files of a tree. */
interface ConfigFiles {
  readonly files: readonly ConfigFile[];
  /** Equal for equal files: as long as it stays, there is nothing to load again. */
  readonly fingerprint: string;
}

/** Most files under `fairlead/`. */
const maxFiles = 1000;

/**
 * Reads `fairlead.yaml`, `fairlead.yml` and `fairlead/*.yaml|yml` below a folder (default: the root). A file that
 * cannot be read (a link that leads out, LFS, not UTF-8) is given as such; that the tree cannot be read at all, or
 * that there is no configuration, is a failure (`config.missing`), never an empty configuration.
 */
export async function readConfigFiles(tree: Tree, prefix = ''): Promise<Result<ConfigFiles>> {
  try {
    const paths = await configPaths(tree, prefix);
    if (paths.length === 0) {
      const place = prefix === '' ? 'the root of the repository' : prefix;
      return failure(
        configMissing({
          message: `There is neither fairlead.yaml nor fairlead/*.yaml in ${place}.`,
          resource: prefix === '' ? 'fairlead.yaml' : `${prefix}/fairlead.yaml`,
        }),
      );
    }
    if (paths.length > maxFiles) {
      return failure(
        tooLarge({
          message: `There are ${paths.length} configuration files; the limit is ${maxFiles}.`,
          hint: 'Put several documents into one file.',
        }),
      );
    }
    const read = await Promise.all(
      paths.map(async (path) => ({
        file: await readOne(tree, path),
        oid: await oidOf(tree, path),
      })),
    );
    return success({
      files: read.map(({ file }) => file),
      fingerprint: read.map(({ file, oid }) => `${file.file}\0${oid}`).join('\n'),
    });
  } catch (error) {
    if (error instanceof FairleadError) return failure(error);
    throw error;
  }
}

async function configPaths(tree: Tree, prefix: string): Promise<readonly string[]> {
  const join = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`);
  const root = (await tree.list(prefix)) ?? [];
  const own = root
    .filter(({ name, kind }) => kind !== 'folder' && /^fairlead\.ya?ml$/.test(name))
    .map(({ name }) => join(name));
  const folder = root.some(({ name }) => name === 'fairlead')
    ? ((await tree.list(join('fairlead'))) ?? [])
    : [];
  const inFolder = folder
    .filter(({ name, kind }) => kind !== 'folder' && /^[^.].*\.ya?ml$/.test(name))
    .map(({ name }) => join(`fairlead/${name}`));
  return [...own, ...inFolder].toSorted();
}

async function readOne(tree: Tree, file: string): Promise<ConfigFile> {
  try {
    const bytes = await tree.read(file, maxConfigBytes);
    if (bytes === null) return { file, unreadable: 'this is not a file' };
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return { file, unreadable: 'the file is not UTF-8 text' };
    // Only what the file itself is to blame for: a Git that does not answer must not look like a bad file.
    if (error instanceof FairleadError && (error.class === 'input' || error.class === 'denied')) {
      return { file, unreadable: error.message };
    }
    throw error;
  }
}

/** The file's object id; the reason it has none is told by reading it. */
async function oidOf(tree: Tree, path: string): Promise<string> {
  try {
    return (await tree.oid(path)) ?? 'none';
  } catch (error) {
    if (error instanceof FairleadError && (error.class === 'input' || error.class === 'denied'))
      return error.code;
    throw error;
  }
}
