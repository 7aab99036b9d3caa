import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { always } from '../always.ts';
import { byConditions } from '../by-conditions.ts';
import { conditionsOf, explain, isFalse, isStale, isTrue } from '../condition.ts';
import type { Condition } from '../condition.ts';
import { objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

/**
 * Conditions of the Gateway API carry the generation that they are about, and there is a set of them for each gateway
 * that a route hangs on. https://gateway-api.sigs.k8s.io/guides/implementers/#conditions
 */
const mustBe = ['Accepted', 'ResolvedRefs', 'Programmed'];

interface Part {
  readonly name: string;
  readonly conditions: readonly Condition[];
}

/** What is wrong with the parts of an object, or what they wait for; `null` if all are well. */
function troubleOf(object: JsonObject, parts: readonly Part[]): Health | null {
  let waiting: Health | null = null;
  for (const { name, conditions } of parts) {
    const about = name === '' ? '' : `${name}: `;
    const judged = conditions.filter(({ type }) => mustBe.includes(type));
    if (judged.length === 0) waiting ??= progressing(`${about}no controller has accepted it yet`);
    for (const condition of judged) {
      if (isStale(object, condition))
        waiting ??= progressing(`${about}its controller has not seen the newest version yet`);
      else if (isFalse(condition) && condition.type !== 'Programmed')
        return degraded(`${about}${condition.type} is False: ${explain(condition)}`);
      else if (!isTrue(condition))
        waiting ??= progressing(
          `${about}${condition.type} is ${condition.status}: ${explain(condition)}`,
        );
    }
  }
  return waiting;
}

function judgeGateway(object: JsonObject): Health {
  const listeners = objectsAt(object, 'status', 'listeners').map((listener) => ({
    name: `listener ${textAt(listener, 'name')}`,
    conditions: conditionsOf(listener, 'conditions'),
  }));
  const whole = { name: '', conditions: conditionsOf(object, 'status', 'conditions') };
  const addresses = objectsAt(object, 'status', 'addresses').map((one) => textAt(one, 'value'));
  return (
    troubleOf(object, [whole, ...listeners]) ??
    healthy(addresses.length === 0 ? 'is programmed' : `is served at ${addresses.join(', ')}`)
  );
}

/** A controller may leave what it said of a parent that the route no longer names. */
function isWanted(object: JsonObject, reference: string, parent: JsonObject): boolean {
  const wanted = objectsAt(object, 'spec', 'parentRefs');
  if (reference !== 'parentRef' || wanted.length === 0) return true;
  return wanted.some((one) =>
    ['name', 'sectionName'].every(
      (field) => textAt(one, field) === textAt(parent, reference, field),
    ),
  );
}

function judgeBy(list: string, reference: string): Rule['judge'] {
  return (object) => {
    const parts = objectsAt(object, 'status', list)
      .filter((parent) => isWanted(object, reference, parent))
      .map((parent) => ({
        name: `${textAt(parent, reference, 'kind') || 'Gateway'} ${textAt(parent, reference, 'name')}`,
        conditions: conditionsOf(parent, 'conditions'),
      }));
    if (parts.length === 0) return progressing('no controller has accepted it yet');
    return (
      troubleOf(object, parts) ??
      healthy(`is accepted by ${parts.map(({ name }) => name).join(', ')}`)
    );
  };
}

const gateway: Rule = {
  counts:
    '`Accepted` and `Programmed` of it and of each listener, for the newest generation, is Healthy; `Accepted` or `ResolvedRefs` False is Degraded',
  judge: judgeGateway,
};

export const gatewayApi = [
  ...kinds(
    'gateway.networking.k8s.io',
    ['GatewayClass'],
    byConditions({ ready: ['Accepted'], perGeneration: true }),
  ),
  ...kinds('gateway.networking.k8s.io', ['Gateway', 'ListenerSet'], gateway),
  ...kinds('gateway.networking.x-k8s.io', ['XListenerSet'], gateway),
  ...kinds(
    'gateway.networking.k8s.io',
    ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'],
    {
      counts:
        '`Accepted` and `ResolvedRefs` by every parent, for the newest generation, is Healthy; False is Degraded; without a parent Progressing',
      judge: judgeBy('parents', 'parentRef'),
    },
  ),
  ...kinds('gateway.networking.k8s.io', ['BackendTLSPolicy'], {
    counts: '`Accepted` for every ancestor is Healthy; False is Degraded',
    judge: judgeBy('ancestors', 'ancestorRef'),
  }),
  ...kinds('gateway.networking.k8s.io', ['ReferenceGrant'], always),
];
