import { start } from './bootstrap.mjs';

await start(['scripts/test/main.ts', ...process.argv.slice(2)]);
