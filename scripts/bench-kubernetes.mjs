import { start } from './bootstrap.mjs';

await start(['test/bench/kubernetes/main.ts', ...process.argv.slice(2)]);
