import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changeFile } from './change-file.ts';
import { runGo } from './go.ts';
import type { Go } from './go.ts';

const lookup = 'ptr.MethodByName(fieldName)';
const errors = 'type missingValType struct{}';

/**
 * Lets templates find methods in `engines/render/methods` in place of all that there are, which says why.
 *
 * @param folder The Go module of the engines.
 * @param build Where its changed `go.mod` is.
 * @returns the file that tells the compiler which sources to take in place of others.
 */
export function generateMethods(go: Go, folder: string, build: string): string {
  runGo(go, folder, [
    'run',
    '-modfile=.build/go.mod',
    './methods/generate',
    join(folder, 'methods/known.go'),
  ]);
  const templates = join(runGo(go, folder, ['env', 'GOROOT']).trim(), 'src/text/template/exec.go');
  const changed = join(build, 'exec.go');
  const declared = `var methodOf func(value reflect.Value, name string) reflect.Value\n\n${errors}`;
  changeFile(
    templates,
    [
      [lookup, 'methodOf(ptr, fieldName)'],
      [errors, declared],
    ],
    changed,
  );
  const overlay = join(build, 'overlay.json');
  writeFileSync(overlay, JSON.stringify({ Replace: { [templates]: changed } }));
  return overlay;
}
