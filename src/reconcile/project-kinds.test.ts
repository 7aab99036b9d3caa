import { afterAll, beforeAll, expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../test/support/engine.ts';
import type { EngineBench } from '../../test/support/engine.ts';

/** Kinds that a project allows, and whether a File is released under it. */
const cases: readonly (readonly [readonly string[], boolean])[] = [
  [[], true],
  [['File'], true],
  [['host.fairlead.dev/File'], true],
  [['*'], true],
  [['host.fairlead.dev/*'], true],
  [['Command'], false],
  [['apps/File'], false],
  [['apps/*'], false],
];

const nameOf = (kinds: readonly string[]): string =>
  `p${cases.findIndex(([other]) => other === kinds)}`;

let bench: EngineBench;

// One controller for all: each case is a project of its own with an application and a file of the same name.
beforeAll(async () => {
  bench = await createEngineBench();
  const names = cases.map(([kinds]) => nameOf(kinds));
  const projects = cases.map(([kinds]) =>
    JSON.stringify({
      apiVersion: 'fairlead.dev/v1alpha1',
      kind: 'Project',
      metadata: { name: nameOf(kinds) },
      spec: { kinds },
    }),
  );
  const applications = Object.fromEntries(names.map((name) => [name, { project: name }]));
  await bench.push({
    'fairlead.yaml': [configuration(applications), ...projects].join('\n---\n'),
    ...Object.fromEntries(names.map((name) => [`${name}/a.yaml`, bench.file(name, '1')])),
  });
});

afterAll(async () => {
  await bench?.[Symbol.asyncDispose]();
});

test.each(cases)('a project that allows the kinds %j releases a file: %j', (kinds, released) => {
  const name = nameOf(kinds);
  expect(bench.read(name)).toBe(released ? '1' : null);
  const { error } = bench.engine.applications.get(`${name}@dev`)!.status;
  expect(error?.code).toBe(released ? undefined : 'project.not-allowed');
});
