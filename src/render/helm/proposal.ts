import { nameOf } from '../proposal.ts';
import type { FileHead, ProposedFields, RenderProposal } from '../proposal.ts';

/** Charts as `fairlead init` proposes them. */
export const helmProposal: RenderProposal = {
  driver: 'kubernetes',
  isPart: (members) =>
    members.some(
      (file) => /^Chart\.ya?ml$/.test(nameOf(file)) && /^type: *library *$/m.test(file.head ?? ''),
    ),
  // A chart may always be released anywhere.
  namesNamespace: () => false,
  fields: valuesOf,
};

/** The values files of a chart by environment, where people keep them. */
function valuesOf(
  chart: string,
  files: readonly FileHead[],
  names: readonly string[],
): ProposedFields | null {
  const paths = new Set(files.map(({ path }) => path));
  const below = chart === '' ? '' : `${chart}/`;
  const places = [
    'values-{environment}.yaml',
    'values.{environment}.yaml',
    'values/{environment}.yaml',
  ];
  const candidates = [
    ...places.map((file) => [file, `${below}${file}`] as const),
    ...(chart === '' ? [] : [['/values/{environment}.yaml', 'values/{environment}.yaml'] as const]),
  ];
  for (const [file, path] of candidates) {
    const environments = names.filter((name) => paths.has(path.replace('{environment}', name)));
    if (environments.length === 0) continue;
    return { environments, lines: ['  helm:', `    valuesFiles: [${JSON.stringify(file)}]`] };
  }
  return null;
}
