import { start } from './bootstrap.mjs';

await start(['scripts/ci/main.ts', ...process.argv.slice(2)]);
