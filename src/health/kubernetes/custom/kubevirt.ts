import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { byConditions } from '../by-conditions.ts';
import { byPhase } from '../by-phase.ts';
import { conditionOf, explain, isFalse, isTrue } from '../condition.ts';
import { textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing, suspended } from '../verdict.ts';

/** The words that `kubectl get vm` shows. Source: `PrintableStatus` in `api/core/v1/types.go` of KubeVirt. */
function judgeMachine(object: JsonObject): Health {
  const word = textAt(object, 'status', 'printableStatus');
  if (isTrue(conditionOf(object, 'Paused'))) return suspended('is paused');
  const ready = conditionOf(object, 'Ready');
  switch (word) {
    case 'Running':
      return isTrue(ready) || ready === null ? healthy('is running') : progressing(explain(ready));
    case 'Stopped':
      return suspended('is stopped');
    case 'Paused':
      return suspended('is paused');
    case '':
      return progressing('has no status yet');
    default: {
      const failure = conditionOf(object, 'Failure');
      const broken = isTrue(failure) || /^Err|Error$|BackOff$/.test(word);
      const why = isTrue(failure) ? `: ${explain(failure)}` : '';
      return broken ? degraded(`is in ${word}${why}`) : progressing(`is ${word}`);
    }
  }
}

const instance = byPhase({
  healthy: ['Running', 'Succeeded'],
  progressing: ['Pending', 'Scheduling', 'Scheduled', 'WaitingForSync'],
  degraded: ['Failed', 'Unknown'],
});

const volume = byPhase({
  healthy: ['Succeeded'],
  degraded: ['Failed', 'Unknown'],
  suspended: ['Paused'],
});

/** An import that fails is tried again and keeps its phase. */
function judgeVolume(object: JsonObject, owned: readonly JsonObject[]): Health {
  const health = volume.judge(object, owned);
  const running = conditionOf(object, 'Running');
  return health.status === 'Progressing' && isFalse(running) && running.reason === 'Error'
    ? degraded(explain(running))
    : health;
}

export const kubevirt = [
  ...kinds('kubevirt.io', ['VirtualMachine'], {
    counts:
      '`Running` and ready is Healthy; `Stopped` and paused are Suspended; an error word or `Failure` is Degraded',
    judge: judgeMachine,
  }),
  ...kinds('kubevirt.io', ['VirtualMachineInstance'], {
    counts: `${instance.counts}; \`Paused\` True is Suspended`,
    judge: (object, owned) =>
      isTrue(conditionOf(object, 'Paused'))
        ? suspended('is paused')
        : instance.judge(object, owned),
  }),
  ...kinds('cdi.kubevirt.io', ['DataVolume'], {
    counts: `${volume.counts}; \`Running\` False with the reason Error is Degraded`,
    judge: judgeVolume,
  }),
  ...kinds(
    'kubevirt.io',
    ['KubeVirt'],
    byConditions({ ready: ['Available'], broken: ['Degraded'], busy: ['Progressing'] }),
  ),
];
