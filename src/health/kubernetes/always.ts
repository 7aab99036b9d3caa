import type { Rule } from './rule.ts';
import { unobserved } from './standard.ts';
import { healthy } from './verdict.ts';

/** A rule for kinds that only hold data: no controller says anything about them, so being there is all. */
export const always: Rule = {
  counts: 'being there is Healthy',
  judge: (object) => unobserved(object) ?? healthy('is there'),
};
