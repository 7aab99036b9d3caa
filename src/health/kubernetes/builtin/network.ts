import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import { healthy, progressing } from '../verdict.ts';

function addresses(object: JsonObject): string {
  return objectsAt(object, 'status', 'loadBalancer', 'ingress')
    .map((one) => textAt(one, 'ip') || textAt(one, 'hostname'))
    .filter((address) => address !== '')
    .join(', ');
}

function judgeService(object: JsonObject): Health {
  if (textAt(object, 'spec', 'type') !== 'LoadBalancer') return healthy('is there');
  const list = addresses(object);
  if (list !== '') return healthy(`is served at ${list}`);
  const balancer = textAt(object, 'spec', 'loadBalancerClass');
  const whose = balancer === '' ? 'a load balancer' : `the load balancer ${balancer}`;
  return progressing(`waits for ${whose} to give it an address`);
}

/** Many controllers never set an address, so none is no sign of trouble; kstatus sees it so, too. */
function judgeIngress(object: JsonObject): Health {
  const list = addresses(object);
  return healthy(
    list === '' ? 'is there, without an address in its status' : `is served at ${list}`,
  );
}

/** https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer */
export const network = [
  ...kinds('', ['Service'], {
    counts: 'Healthy; of type LoadBalancer only with an address, before that Progressing',
    judge: judgeService,
  }),
  ...kinds('networking.k8s.io', ['Ingress'], {
    counts: 'Healthy, also without an address, because many controllers never set one',
    judge: judgeIngress,
  }),
  ...kinds('networking.k8s.io', ['NetworkPolicy', 'IngressClass', 'IPAddress'], always),
  ...kinds('', ['Endpoints'], always),
  ...kinds('discovery.k8s.io', ['EndpointSlice'], always),
];
