import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type * as HealthRules from '../health/kubernetes/user/rules.ts';

/**
 * What reads users' health rules. Most configurations have none, and CEL and Lua take 12 MB and time to load, so they are
 * loaded when the first rule is read. Reading is synchronous, so this is no `import()`; Node loads it once.
 */
export function healthRulesReader(): typeof HealthRules {
  const path = fileURLToPath(new URL('../health/kubernetes/user/rules.ts', import.meta.url));
  return createRequire(import.meta.url)(path) as typeof HealthRules;
}
