import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { load } from 'js-yaml';
import type { JsonObject } from '../../src/model/json.ts';
import type { TestFile } from '../../src/render/tree.testing.ts';

/**
 * One folder in one text file: a title, options as YAML, then each file after a line `-- path --`. A path that ends
 * with ` -> target` is a symbolic link, one with ` (base64)` has its content in that form.
 */
export interface ParityCase {
  readonly name: string;
  readonly title: string;
  readonly options: JsonObject;
  readonly files: Readonly<Record<string, TestFile>>;
}

const marker = /^-- (.+) --$/;

/** The cases of a folder, by name; those that are named `fails-…` are refused by the program. */
export function parityCases(folder: string): {
  readonly work: readonly (readonly [string, ParityCase])[];
  readonly fail: readonly (readonly [string, ParityCase])[];
} {
  const names = globSync('*.txt', { cwd: join(import.meta.dirname, folder) }).toSorted();
  const all = names.map((file) => {
    const name = basename(file, '.txt');
    const text = readFileSync(join(import.meta.dirname, folder, file), 'utf8');
    return [name, parse(name, text)] as const;
  });
  return {
    work: all.filter(([name]) => !name.startsWith('fails-')),
    fail: all.filter(([name]) => name.startsWith('fails-')),
  };
}

function parse(name: string, text: string): ParityCase {
  const files: Record<string, TestFile> = {};
  const [head = '', ...sections] = text.split(/^(?=-- .+ --$)/m);
  const [title = '', ...rest] = head.split('\n');
  const options = rest.join('\n').trim();
  for (const section of sections) {
    const end = section.indexOf('\n');
    const path = marker.exec(section.slice(0, end))?.[1] ?? '';
    const content = section.slice(end + 1);
    const [link, target] = path.split(' -> ');
    const encoded = path.endsWith(' (base64)');
    if (target !== undefined) files[link ?? ''] = { link: target };
    else if (encoded) files[path.slice(0, -' (base64)'.length)] = Buffer.from(content, 'base64');
    else files[path] = content;
  }
  return { name, title, options: (options === '' ? {} : load(options)) as JsonObject, files };
}
