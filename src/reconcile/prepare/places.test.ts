import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configuration, createEngineBench } from '../../../test/support/engine.ts';
import type { EngineBench } from '../../../test/support/engine.ts';

let bench: EngineBench;

beforeEach(async () => {
  bench = await createEngineBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** What is said of a manifest of a host. */
async function told(
  manifest: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  await bench.push({ 'fairlead.yaml': configuration({ web: more }), 'web/m.yaml': manifest });
  return bench.engine.applications.get('web@dev')?.status.error?.message ?? '';
}

const head = (kind: string): string => `# what it is for
apiVersion: host.fairlead.dev/v1alpha1
kind: ${kind}
metadata:
  name: m
`;

describe('an error in a manifest of a host points at the field', () => {
  test.each([
    ['whose name is not known', 'File', 'spec:\n  path: /x\n  contents: text\n', '8:3', 'contents'],
    [
      'whose value is none',
      'File',
      'spec:\n  path: /x\n  mode: 644\n  content: text\n',
      '8:9',
      'mode',
    ],
    ['in a list', 'Process', "spec:\n  argv:\n    - sleep\n    - ''\n    - 5\n", '10:7', 'argv[2]'],
    ['that should hold a missing one', 'Process', 'spec:\n  restart: always\n', '7:3', 'argv'],
    ['of a command', 'Command', 'spec:\n  run: [true]\n  chek: [x]\n', '8:3', 'chek'],
  ])('%s', async (_what, kind, spec, place, field) => {
    const message = await told(head(kind) + spec);
    expect(message).toMatch(new RegExp(`^web/m\\.yaml:${place}: ${kind}/m: `));
    expect(message).toContain(field);
  });

  test('each with its own place where there are several', async () => {
    const message = await told(`${head('File')}spec:\n  path: x\n  contents: text\n`);
    expect(message).toMatch(/^web\/m\.yaml:8:3: File\/m: .*; web\/m\.yaml:7:9: spec\.path/);
  });

  test('in the second document of a file, and for an annotation or a kind that does not exist', async () => {
    const sound = `${bench.file('a', '1')}\n---\n`;
    const annotated = head('File').replace(
      'name: m',
      "name: m\n  annotations:\n    fairlead.dev/wave: '-x'",
    );
    expect(await told(`${sound}${annotated}spec: {path: /x, content: text}\n`)).toMatch(
      /^web\/m\.yaml:9:24: File\/m: metadata\.annotations/,
    );
    expect(await told(sound + head('Fiel'))).toMatch(
      /^web\/m\.yaml:5:7: Fiel\/m: there is no kind/,
    );
  });

  test('also where the application adds something to it', async () => {
    const message = await told(`${head('File')}spec:\n  path: /x\n  content: text\n  mode: 644\n`, {
      labels: { a: 'b' },
    });
    expect(message).toMatch(/^web\/m\.yaml:9:9: /);
  });
});
