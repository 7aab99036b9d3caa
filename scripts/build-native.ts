import { buildNativeEngines, findNativeEngine } from './test/native-engines.ts';

/** `npm run build:native`: the programs that the suite `parity` compares with, into the user's folder for caches. */

const why = buildNativeEngines();
if (why === undefined) {
  for (const engine of ['helm', 'kustomize'] as const) console.log(findNativeEngine(engine));
} else {
  console.error(why);
  process.exitCode = 1;
}
