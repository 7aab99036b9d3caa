import { byConditions } from '../by-conditions.ts';
import { kinds } from '../rule.ts';

/** False is final for this generation, Unknown means that it goes on. https://github.com/knative/specs */
const ready = byConditions({ ready: ['Ready'] });

export const knative = [
  ...kinds(
    'serving.knative.dev',
    ['Service', 'Configuration', 'Revision', 'Route', 'DomainMapping'],
    ready,
  ),
  ...kinds('eventing.knative.dev', ['Broker', 'Trigger', 'EventType', 'EventPolicy'], ready),
  ...kinds('messaging.knative.dev', ['Channel', 'InMemoryChannel', 'Subscription'], ready),
  ...kinds('flows.knative.dev', ['Sequence', 'Parallel'], ready),
  ...kinds(
    'sources.knative.dev',
    ['ApiServerSource', 'ContainerSource', 'PingSource', 'SinkBinding', 'KafkaSource'],
    ready,
  ),
  ...kinds(
    'operator.knative.dev',
    ['KnativeServing', 'KnativeEventing'],
    byConditions({ ready: ['Ready'], falseIs: 'Progressing', exceptReasons: ['Error'] }),
  ),
];
