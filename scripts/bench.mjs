import { start } from './bootstrap.mjs';

await start(['test/bench/main.ts', ...process.argv.slice(2)]);
