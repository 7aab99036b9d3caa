import { expect, test } from 'vitest';
import { SandboxTrap, importsFor } from './wasi.ts';

/** A module that imports a function `there` from `world` and exports it as `call`. */
const bytes = new Uint8Array(
  Buffer.concat([
    Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0]),
    Buffer.from([2, 15, 1, 5]),
    Buffer.from('world'),
    Buffer.from([5]),
    Buffer.from('there'),
    Buffer.from([0, 0, 7, 8, 1, 4]),
    Buffer.from('call'),
    Buffer.from([0, 0]),
  ]),
);

test('a call that the sandbox does not have ends the module', async () => {
  const module = await WebAssembly.compile(bytes);
  const { exports } = new WebAssembly.Instance(module, importsFor(module, {}));
  expect(exports['call'] as () => void).toThrow(SandboxTrap);
  expect(exports['call'] as () => void).toThrow('world.there');
});

test('a call that it has is passed on', async () => {
  const module = await WebAssembly.compile(bytes);
  let calls = 0;
  const imports = importsFor(module, { world: { there: () => (calls += 1) } });
  (new WebAssembly.Instance(module, imports).exports['call'] as () => void)();
  expect(calls).toBe(1);
});
