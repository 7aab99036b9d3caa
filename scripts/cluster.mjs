import { start } from './bootstrap.mjs';

await start(['scripts/cluster/main.ts', ...process.argv.slice(2)]);
