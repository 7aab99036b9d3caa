import { start } from './bootstrap.mjs';

await start(['test/sim/main.ts', ...process.argv.slice(2)]);
