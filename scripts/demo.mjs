import { start } from './bootstrap.mjs';

await start(['bin/fairlead', 'demo', ...process.argv.slice(2)]);
