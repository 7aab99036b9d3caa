import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { at, objectsAt, textAt } from '../object.ts';
import { conditionOf, explain, isTrue } from '../condition.ts';
import { kinds } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

/** AWS controllers. https://aws-controllers-k8s.github.io/docs/guides/conditions */
function judgeAws(object: JsonObject): Health {
  const terminal = conditionOf(object, 'ACK.Terminal');
  if (isTrue(terminal)) return degraded(explain(terminal));
  const recoverable = conditionOf(object, 'ACK.Recoverable');
  const synced = conditionOf(object, 'Ready') ?? conditionOf(object, 'ACK.ResourceSynced');
  if (isTrue(synced)) return healthy('is synced');
  if (isTrue(recoverable)) return progressing(`retries: ${explain(recoverable)}`);
  return progressing(synced === null ? 'its controller has not looked at it yet' : explain(synced));
}

/** Config Connector. https://cloud.google.com/config-connector/docs/reference/resource-docs */
function judgeGoogle(object: JsonObject): Health {
  const early = unobserved(object);
  if (early !== null) return early;
  const said = at(object, 'status', 'healthy');
  if (said === true) return healthy('is healthy');
  if (said === false) return degraded(`is not healthy: ${textAt(object, 'status', 'errors')}`);
  const ready = conditionOf(object, 'Ready');
  if (isTrue(ready)) return healthy('is up to date');
  if (ready?.reason.endsWith('Failed') === true || ready?.reason === 'DependencyNotFound')
    return degraded(explain(ready));
  return progressing(ready === null ? 'its controller has not looked at it yet' : explain(ready));
}

/** Azure Service Operator: False has a severity. https://azure.github.io/azure-service-operator/design/resource-states/ */
function judgeAzure(object: JsonObject): Health {
  const ready = objectsAt(object, 'status', 'conditions').find(
    (one) => textAt(one, 'type') === 'Ready',
  );
  if (ready === undefined) return progressing('its controller has not looked at it yet');
  if (textAt(ready, 'status') === 'True') return healthy('is ready');
  const why = `${textAt(ready, 'reason')}: ${textAt(ready, 'message')}`;
  return textAt(ready, 'severity') === 'Error' ? degraded(why) : progressing(why);
}

/** https://cloud.google.com/kubernetes-engine/docs/how-to/managed-certs */
function judgeCertificate(object: JsonObject): Health {
  const failed = objectsAt(object, 'status', 'domainStatus').find((one) =>
    textAt(one, 'status').startsWith('Failed'),
  );
  if (failed !== undefined)
    return degraded(`${textAt(failed, 'domain')} is in ${textAt(failed, 'status')}`);
  const word = textAt(object, 'status', 'certificateStatus');
  if (word === 'Active') return healthy('is active');
  return word.includes('Failed')
    ? degraded(`is in ${word}`)
    : progressing(word === '' ? 'has no status yet' : `is in ${word}`);
}

export const cloud = [
  ...kinds('*.services.k8s.aws', ['*'], {
    counts:
      '`Ready` or `ACK.ResourceSynced` is Healthy; `ACK.Terminal` is Degraded; else Progressing',
    judge: judgeAws,
  }),
  ...kinds('*.cnrm.cloud.google.com', ['*'], {
    counts:
      '`Ready` is Healthy; a reason that ends in Failed or `DependencyNotFound` is Degraded; else Progressing',
    judge: judgeGoogle,
  }),
  ...kinds('*.azure.com', ['*'], {
    counts: '`Ready` is Healthy; False of severity Error is Degraded; else Progressing',
    judge: judgeAzure,
  }),
  ...kinds('networking.gke.io', ['ManagedCertificate'], {
    counts:
      '`certificateStatus` Active is Healthy; a failed status, or one of a domain, is Degraded',
    judge: judgeCertificate,
  }),
];
