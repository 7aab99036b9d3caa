import { unwrap } from '../../model/result.ts';
import type { Sandbox } from './sandbox.ts';
import type { Vocabulary } from './protocol.ts';

/** The names that the engines know, by their own word. */
export async function readVocabulary(sandbox: Sandbox): Promise<Vocabulary> {
  const response = unwrap(
    await sandbox.render({
      request: { op: 'vocabulary' },
      files: { ask: async () => ({ failed: true }), foresee: async () => [], use: () => {} },
      project: 'default',
      clockMs: 0,
      entropy: new Uint8Array(32),
      timeoutMs: 60_000,
      resource: 'vocabulary',
    }),
  );
  if (response.vocabulary === undefined) throw new Error('the engine told no vocabulary');
  return response.vocabulary;
}
