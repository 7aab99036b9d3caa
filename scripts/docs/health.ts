import { builtin } from '../../src/health/kubernetes/builtin/index.ts';
import { custom } from '../../src/health/kubernetes/custom/index.ts';
import type { KindRule } from '../../src/health/kubernetes/rule.ts';
import { healthOrder } from '../../src/model/status.ts';
import { cell, generated, table } from './markdown.ts';

/** `docs/reference/health.md`: what health is, and which kinds have a rule of their own. */
export function healthReference(): string {
  return [
    '# Health of Kubernetes objects',
    generated('the rules in `src/health/kubernetes`'),
    `An object's health is one of ${healthOrder.map((word) => `\`${word}\``).join(', ')} (from best to worst), with one sentence why. An application is as healthy as its worst resource, whose sentence it shows.`,
    'What is said of an object is decided in this order:',
    [
      '1. It is being deleted: Progressing, with the finalizers that hold it up (for a Namespace, with what is left in it).',
      '2. A rule that its target has for its kind ([own rules](../guide/health.md)).',
      '3. The rule of its kind, from the tables below.',
      '4. It is a composite resource or a claim of Crossplane (its `spec` tells): the rule of managed resources.',
      '5. The standard conditions, as kstatus reads them: `status.observedGeneration` behind `metadata.generation` is Progressing, `Stalled` is Degraded, `Reconciling` is Progressing, `Ready` is Healthy when True and Progressing otherwise. An object without any of these is Healthy.',
    ].join('\n'),
    'Unless a rule says otherwise, its kinds are Progressing until their controller has written a status, and while `status.observedGeneration` is behind. A condition that is `Unknown` is Progressing. `Suspended` does not hold up a release: somebody wanted it so.',
    'Of a workload that is not healthy the sentence names the pod that keeps it from being so, and why: "1 of 3 pods is not ready: pod web-abc: container app cannot pull image … (ImagePullBackOff)". Where its status says too little, it is the newest warning among the events of the pod, or of the workload where it has no pods. Pods never change the status.',
    '## Built-in kinds',
    kindTable(builtin),
    '## Custom kinds',
    'A group that begins with `*` stands for all groups that end so; `*` as kind for every kind of the group that is not named.',
    kindTable(custom),
  ].join('\n\n');
}

/** One row for each rule and group. */
function kindTable(rules: readonly KindRule[]): string {
  const rows = Map.groupBy(rules, ({ group, counts }) => `${group}\0${counts}`);
  return table(
    ['Group', 'Kind', 'What counts'],
    [...rows.values()].map((same) => [
      same[0]?.group === '' ? '(core)' : `\`${same[0]?.group}\``,
      same.map(({ kind }) => `\`${kind}\``).join(', '),
      cell(same[0]?.counts ?? ''),
    ]),
  );
}
