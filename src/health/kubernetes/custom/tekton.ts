import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { conditionOf, explain, isFalse, isTrue } from '../condition.ts';
import { textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { degraded, healthy, progressing, suspended } from '../verdict.ts';

/** https://tekton.dev/docs/pipelines/taskruns/#monitoring-execution-status */
function judgeRun(object: JsonObject): Health {
  if (textAt(object, 'spec', 'status') === 'PipelineRunPending')
    return suspended('waits for somebody to start it (PipelineRunPending)');
  const succeeded = conditionOf(object, 'Succeeded');
  if (isTrue(succeeded)) return healthy(succeeded.message || 'has succeeded');
  if (isFalse(succeeded)) return degraded(explain(succeeded));
  return progressing(succeeded === null ? 'has not started yet' : explain(succeeded));
}

const ready = byConditions({ ready: ['Ready'] });

export const tekton = [
  ...kinds('tekton.dev', ['TaskRun', 'PipelineRun', 'CustomRun', 'Run'], {
    counts:
      '`Succeeded` is Healthy; False is Degraded; Unknown is Progressing; `PipelineRunPending` is Suspended',
    judge: judgeRun,
  }),
  ...kinds('tekton.dev', ['Task', 'Pipeline', 'ClusterTask', 'StepAction'], always),
  ...kinds(
    'triggers.tekton.dev',
    ['EventListener'],
    byConditions({ ready: [], readyIfThere: ['Ready', 'Available'], falseIs: 'Progressing' }),
  ),
  ...kinds(
    'triggers.tekton.dev',
    ['TriggerBinding', 'ClusterTriggerBinding', 'TriggerTemplate', 'Trigger', 'ClusterInterceptor'],
    always,
  ),
  ...kinds(
    'operator.tekton.dev',
    ['TektonConfig', 'TektonPipeline', 'TektonTrigger', 'TektonDashboard', 'TektonChain'],
    ready,
  ),
];
