import { spawnSync } from 'node:child_process';
import {
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * `npm run build`: writes `dist/`, or the folder that is named, file for file what `src/` is, for the published package
 * (Node does not strip types below `node_modules`). The compiler does it; what is no module is copied.
 */

const root = dirname(import.meta.dirname);
const source = join(root, 'src');
const output = resolve(process.argv[2] ?? join(root, 'dist'));

rmSync(output, { recursive: true, force: true });
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(
  process.execPath,
  [compiler, '-p', 'tsconfig.build.json', '--outDir', output],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
if (status !== 0) process.exit(1);

for (const path of globSync('**/*', { cwd: source })) {
  if (path.endsWith('.ts') || statSync(join(source, path)).isDirectory()) continue;
  mkdirSync(dirname(join(output, path)), { recursive: true });
  cpSync(join(source, path), join(output, path));
}

for (const path of globSync('**/*.js', { cwd: output })) {
  const file = join(output, path);
  const text = readFileSync(file, 'utf8');
  // The compiler rewrites imports. A module that is started by its path (a worker, a process) is named this way.
  const built = text.replaceAll(
    /(new URL\((['"])\.[^'"]*)\.ts(\2, import\.meta\.url\))/g,
    '$1.js$3',
  );
  const left = /(['"`])\.{1,2}\/[^'"`\s]*\.ts\1/.exec(built);
  if (left !== null) {
    console.error(
      `${path}: ${left[0]} would not exist in the package; use new URL('./x.ts', import.meta.url)`,
    );
    process.exitCode = 1;
  }
  if (built !== text) writeFileSync(file, built);
}
