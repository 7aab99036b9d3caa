import type { Manifest } from '../../../model/resource.ts';
import type { PrepareScope } from '../../target.ts';
import { showManifest } from '../manifest/invalid.ts';
import type { Hook } from './hook.ts';
import type { HookReading } from './parse.ts';

/** The hooks of a manifest that are run; what is not is told, unless it was asked for. */
export function runnableHooks(
  reading: Extract<HookReading, { kind: 'hooks' }>,
  manifest: Manifest,
  { warn, runsTests = false }: PrepareScope,
): readonly Hook[] {
  for (const sentence of reading.unheard) warn?.(`${showManifest(manifest)}: ${sentence}`);
  return reading.hooks.filter(({ phase }) => phase !== 'Test' || runsTests);
}
