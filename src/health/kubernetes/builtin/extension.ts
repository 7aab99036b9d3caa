import type { JsonObject } from '../../../model/json.ts';
import type { Health } from '../../../model/status.ts';
import { conditionOf, explain, isFalse, isTrue } from '../condition.ts';
import { annotationOf, at, nameOf, objectsAt, textAt } from '../object.ts';
import { kinds } from '../rule.ts';
import type { Rule } from '../rule.ts';
import { unobserved } from '../standard.ts';
import { degraded, healthy, progressing } from '../verdict.ts';

function judgeDefinition(object: JsonObject): Health {
  const accepted = conditionOf(object, 'NamesAccepted');
  if (isFalse(accepted)) return degraded(explain(accepted));
  const structural = conditionOf(object, 'NonStructuralSchema');
  if (isTrue(structural)) return degraded(explain(structural));
  const established = conditionOf(object, 'Established');
  if (isTrue(established)) return healthy('is established');
  if (isFalse(established) && established.reason !== 'Installing' && established.reason !== '')
    return degraded(explain(established));
  return progressing('is not established yet');
}

function judgeDefinitionDeletion(object: JsonObject): Health | null {
  const ending = conditionOf(object, 'Terminating');
  return isTrue(ending) ? progressing(`is being deleted: ${explain(ending)}`) : null;
}

function judgeService(object: JsonObject): Health {
  const available = conditionOf(object, 'Available');
  if (available === null) return progressing('the API server has not looked at it yet');
  return isTrue(available) ? healthy('answers') : progressing(explain(available));
}

/** A hook that cert-manager is still to give its CA would refuse every request it is asked about. */
function judgeHooks(object: JsonObject): Health {
  const injects = ['inject-ca-from', 'inject-ca-from-secret', 'inject-apiserver-ca'].some(
    (name) => annotationOf(object, `cert-manager.io/${name}`) !== '',
  );
  const bare = objectsAt(object, 'webhooks').find(
    (hook) => textAt(hook, 'clientConfig', 'caBundle') === '',
  );
  if (injects && bare !== undefined) {
    const name = textAt(bare, 'name') || nameOf(object);
    return progressing(`its hook ${name} waits for a CA bundle from cert-manager`);
  }
  return healthy('is there');
}

function judgePolicy(object: JsonObject): Health {
  const early = unobserved(object);
  if (early !== null) return early;
  const [first] = objectsAt(object, 'status', 'typeChecking', 'expressionWarnings');
  if (first === undefined) return healthy('is there');
  return healthy(`the server warns of ${textAt(first, 'fieldRef')}: ${textAt(first, 'warning')}`);
}

function judgeSigningRequest(object: JsonObject): Health {
  for (const type of ['Denied', 'Failed']) {
    const refused = conditionOf(object, type);
    if (isTrue(refused)) return degraded(`${type}: ${explain(refused)}`);
  }
  if (at(object, 'status', 'certificate') !== undefined) return healthy('is signed');
  return progressing(
    isTrue(conditionOf(object, 'Approved')) ? 'is approved, not signed yet' : 'waits for approval',
  );
}

const hooks: Rule = {
  counts:
    'Healthy; Progressing while a hook waits for the CA bundle that cert-manager is to inject',
  judge: judgeHooks,
};

/**
 * Both say by their conditions whether their kinds are served:
 * https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/
 */
export const extension = [
  ...kinds('apiextensions.k8s.io', ['CustomResourceDefinition'], {
    counts:
      '`Established` is Healthy; `NamesAccepted` False or a schema that is refused is Degraded',
    judge: judgeDefinition,
    deleting: judgeDefinitionDeletion,
  }),
  ...kinds('apiregistration.k8s.io', ['APIService'], {
    counts: '`Available` is Healthy, anything else Progressing',
    judge: judgeService,
  }),
  ...kinds(
    'admissionregistration.k8s.io',
    ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
    hooks,
  ),
  ...kinds('admissionregistration.k8s.io', ['ValidatingAdmissionPolicy'], {
    counts: 'Healthy; its sentence names what the type check of the server warns of',
    judge: judgePolicy,
  }),
  ...kinds('certificates.k8s.io', ['CertificateSigningRequest'], {
    counts: 'signed is Healthy; `Denied` and `Failed` are Degraded; else Progressing',
    judge: judgeSigningRequest,
  }),
];
