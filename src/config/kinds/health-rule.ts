import { z } from 'zod';
import { healthRulesReader } from '../lazy-health-rules.ts';
import { oneOf } from '../one-of.ts';

/** Longest list of rules of one target. */
const maxRules = 200;

const expression = (description: string) =>
  z.string().min(1, 'must not be empty').meta({ description });

const rule = z
  .strictObject({
    group: z
      .string()
      .regex(
        /^(?:\*\.)?[a-z0-9.-]*$/,
        'must be an API group such as "example.org", or "*.example.org" for all that end so',
      )
      .default('')
      .meta({
        description:
          'API group of the kind; `*.example.org` for all groups that end so. Default: the core group.',
      }),
    kind: z
      .string()
      .regex(/^(?:[A-Za-z][A-Za-z0-9]*|\*)$/, 'must be a kind such as "Widget", or "*"')
      .meta({ description: 'Kind; `*` for every kind of the group without a rule of its own.' }),
    cel: z
      .strictObject({
        current: expression('True when it is healthy.'),
        inProgress: expression('True while it is on its way; asked first.').optional(),
        failed: expression('True when it is broken; asked second.').optional(),
      })
      .optional()
      .meta({
        description:
          "CEL expressions over the object's fields (`status`, `metadata`, …), as in Flux's healthCheckExprs. When none is true it is Progressing.",
      }),
    lua: z.string().min(1, 'must not be empty').optional().meta({
      description:
        'A health script as Argo CD has them: Lua that finds the object in `obj` and returns a table with `status` and `message`.',
    }),
  })
  .check((context) => {
    if (context.issues.length > 0) return;
    const { cel, lua } = context.value;
    if ((cel === undefined) === (lua === undefined)) return;
    const compiled = healthRulesReader().compileHealthRule(context.value);
    if (compiled.ok) return;
    const { path, message, line } = compiled.problem;
    context.issues.push({
      code: 'custom',
      input: context.value,
      path: [...path],
      message: `${message} (line ${line} of it)`,
      params: { allowed: path[0] === 'lua' ? 'a Lua script' : 'a CEL expression' },
    });
  });

/** `healthRules` of a Kubernetes target, as users write them; what it gives it takes again. */
export const healthRules = z
  .array(oneOf(rule, ['cel', 'lua']))
  .max(maxRules, `has more than ${maxRules} rules`)
  .check((context) => {
    const seen = new Set<string>();
    for (const [index, { group, kind }] of context.value.entries()) {
      const name = `${group}/${kind}`;
      if (seen.has(name)) {
        context.issues.push({
          code: 'custom',
          input: name,
          path: [index, 'kind'],
          message: 'has a second rule',
          params: { allowed: 'one rule for each group and kind' },
        });
      }
      seen.add(name);
    }
  })
  .meta({
    description:
      'How the health of some kinds is judged, instead of by the rules that Fairlead brings. Default: none.',
  });
