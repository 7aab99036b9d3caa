/**
 * The layers of `src/`: what each folder may import from the others. A folder that is not named here may import
 * anything but `cli` and `main.ts`. Types count like values: a pure folder that names a type of an impure one depends on it.
 */

/** Pure: no Node module, no clock, no random, of packages those below, and only these folders (themselves included). */
export const pure = {
  model: ['model'],
  plan: ['plan', 'model'],
  health: ['health', 'model'],
  release: ['release', 'plan', 'model'],
};

/** Packages that a pure folder may import; each is itself without I/O, clock and random. */
export const purePackages = {
  plan: ['diff'],
  // Users' own health rules: CEL, its regular expressions, the syntax of Lua.
  health: ['@marcbachmann/cel-js', 're2js', 'luaparse'],
};

/**
 * The rest of the engine. It runs byte for byte the same under the simulator, so the world is an argument: no Node
 * module, no timer, no clock, no random, and of `system/` the interfaces alone.
 */
export const engine = ['apply', 'reconcile'];

/** Nobody imports these but the entry. What puts the real world behind the engine's ports is `compose.ts`, an ordinary module. */
export const edges = ['cli', 'main.ts'];

/** The entry of the program, which may import everything. */
export const root = 'main.ts';

/** Names that the pure folders and the engine may not use, and the port that has each instead. */
export const forbiddenGlobals = {
  setTimeout: 'Clock.sleep',
  setInterval: 'Clock.sleep',
  setImmediate: 'Clock.sleep',
  clearTimeout: 'the AbortSignal of Clock.sleep',
  clearInterval: 'the AbortSignal of Clock.sleep',
  clearImmediate: 'the AbortSignal of Clock.sleep',
  performance: 'Clock.monotonicMs',
  crypto: 'Random and Hasher',
  process: 'an argument',
  console: 'an event or a return value',
  fetch: 'a port',
  require: 'a static import',
  globalThis: 'an argument',
};

/** Members that they may not use either. */
export const forbiddenMembers = {
  'Date.now': 'Clock.nowMs',
  'Math.random': 'Random',
  'AbortSignal.timeout': 'Clock.sleep',
};
