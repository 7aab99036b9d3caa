import { gunzipSync } from 'node:zlib';
import { failure, success } from '../../model/result.ts';
import type { Result } from '../../model/result.ts';
import { archiveRefused } from '../errors.ts';
import { BadArchive, readTar } from './tar.ts';

/** Files of a chart by their path in it. */
export type ChartFiles = ReadonlyMap<string, Uint8Array>;

/** Most bytes that an archive may unpack to. */
const maxBytes = 64 * 2 ** 20;
/** Longest path in a chart, and deepest nesting. */
const maxPath = 1_000;
const maxDepth = 32;

/**
 * The files of a packed chart, below its one folder. Nothing touches a disk; a name that would lead anywhere but into the
 * chart refuses the whole of it. Fails with `source.archive-refused`.
 */
export function unpackChart(archive: Uint8Array, resource: string): Result<ChartFiles> {
  try {
    const files = new Map<string, Uint8Array>();
    let folder: string | null = null;
    for (const { name, bytes } of readTar(inflate(archive))) {
      const parts = partsOf(name);
      const [top = '', ...rest] = parts;
      if (rest.length === 0) throw new BadArchive(`${name} lies beside the chart's folder`);
      if (folder !== null && folder !== top) throw new BadArchive(`it holds ${folder} and ${top}`);
      folder = top;
      const path = rest.join('/');
      if (files.has(path)) throw new BadArchive(`${path} is in it twice`);
      files.set(path, bytes);
    }
    for (const path of files.keys()) {
      for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
        if (files.has(path.slice(0, at))) {
          throw new BadArchive(`${path.slice(0, at)} is a file and a folder`);
        }
      }
    }
    if (!files.has('Chart.yaml')) throw new BadArchive('it holds no Chart.yaml');
    return success(files);
  } catch (thrown) {
    if (!(thrown instanceof BadArchive)) throw thrown;
    return failure(archiveRefused({ message: `${resource}: ${thrown.message}`, resource }));
  }
}

function inflate(archive: Uint8Array): Buffer {
  try {
    return gunzipSync(archive, { maxOutputLength: maxBytes });
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new BadArchive(`it has more than ${maxBytes} bytes`);
    throw new BadArchive('it is not compressed with gzip, or damaged');
  }
}

/** The parts of a name that stays inside. */
function partsOf(name: string): readonly string[] {
  const fault = (why: string): never => {
    throw new BadArchive(`the name ${JSON.stringify(name.slice(0, 200))} ${why}`);
  };
  if (name.length > maxPath) fault('is too long');
  if (/[\p{Cc}\\:\uFFFD]/u.test(name)) fault('holds a backslash, a colon or a control character');
  if (name.startsWith('/')) fault('is absolute');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) fault('leads out of the archive');
  if (parts.some((part) => part.toLowerCase() === '.git')) fault('is one of Git itself');
  if (parts.length > maxDepth) fault('is nested too deep');
  return parts;
}
