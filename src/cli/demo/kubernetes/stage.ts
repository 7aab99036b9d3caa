import type { Selector } from '../../../control/api.ts';
import { selectorOf } from './name.ts';
import { Looking } from '../looking.ts';
import type { LookingParts } from '../looking.ts';
import type { Style } from '../../terminal/style.ts';
import { image } from './fleet.ts';
import type { EnvironmentName, Name } from './fleet.ts';
import type { Kubectl } from './kubectl.ts';
import type { Followed, LiveObject, Server, Told } from './server.ts';

interface ClusterStageParts extends LookingParts {
  readonly server: Server;
  readonly kubectl: Kubectl;
  readonly style: Style;
}

/** Everything that the steps act with: applications on a cluster, in two environments. */
export class ClusterStage extends Looking<Name> {
  readonly server: Server;
  readonly style: Style;
  readonly #kubectl: Kubectl;

  constructor(parts: ClusterStageParts) {
    super(parts);
    this.server = parts.server;
    this.style = parts.style;
    this.#kubectl = parts.kubectl;
  }

  override selectorOf(name: Name): Selector {
    return selectorOf(name);
  }

  /** What somebody does by hand, past Git. @param shown the command as it is shown, where its input is said otherwise */
  async byHand(
    args: readonly string[],
    input?: string,
    shown = `kubectl ${args.join(' ')}`,
  ): Promise<string> {
    this.screen.command(shown);
    return this.#kubectl(args, input);
  }

  /** The same, without a word. @throws FairleadError with what kubectl said */
  quietly(args: readonly string[], input?: string): Promise<string> {
    return this.#kubectl(args, input);
  }

  /** `null`: there is none. */
  deployment(namespace: string, name: string): Promise<LiveObject> {
    return this.server.get(`${deploymentsOf(namespace)}/${name}`);
  }

  /** Says how many pods of a Deployment are ready, with which image, once it is so. */
  async proveReady(
    name: Name,
    expected: { readonly image: string; readonly replicas: number },
    note = '',
  ): Promise<number> {
    const { application, environment } = this.selectorOf(name);
    const namespace = `${application}-${environment}`;
    const pods = expected.replicas === 1 ? '1 pod' : `${expected.replicas} pods`;
    return this.prove({
      says: `${name}  ${pods} ready with ${expected.image}${note}`,
      look: async () => shownDeployment(await this.deployment(namespace, application)),
      expected: `${expected.replicas} of ${expected.replicas} ready, ${expected.image}`,
    });
  }

  proveShop(environment: EnvironmentName, tag: string, note = ''): Promise<number> {
    const replicas = environment === 'dev' ? 1 : 3;
    return this.proveReady(`shop@${environment}`, { image: `${image}:${tag}`, replicas }, note);
  }

  /** Waits until an application is in sync, healthy and at rest. */
  async atRest(name: Name): Promise<void> {
    await this.watch({
      says: `${name} is in sync and healthy`,
      look: async () => {
        const { sync, health, state, waiting } = await this.view(name);
        return `${sync} ${health.status} ${state} ${waiting === null ? 'nothing waits' : 'a plan waits'}`;
      },
      expected: 'Synced Healthy synced nothing waits',
    });
  }

  /**
   * Waits until something that was done to an object by hand is undone.
   * @returns milliseconds between the two, by the server's own word for both.
   */
  async undone(
    says: string,
    followed: Followed,
    isDone: (told: Told) => boolean,
    isUndone: (told: Told) => boolean,
  ): Promise<number> {
    let ms = 0;
    await this.watch({
      says,
      look: async () => {
        const done = followed.told.findIndex(isDone);
        if (done < 0) return 'it is not done yet';
        const undone = followed.told.slice(done + 1).find(isUndone);
        if (undone === undefined) return 'done, and not undone';
        ms = Math.max(1, Math.round(undone.atMs - (followed.told[done]?.atMs ?? 0)));
        return 'undone';
      },
      expected: 'undone',
    });
    followed.stop();
    return ms;
  }
}

/** Path of the Deployments of a namespace. */
export function deploymentsOf(namespace: string): string {
  return `/apis/apps/v1/namespaces/${namespace}/deployments`;
}

/** Path of the Services of a namespace. */
export function servicesOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/services`;
}

/** Of its first container. */
export function imageOf(deployment: LiveObject): string {
  return String(deployment?.spec.template.spec.containers[0].image);
}

/** What the server says of the pods of a Deployment: of its newest generation, old pods gone. */
function shownDeployment(deployment: LiveObject): string {
  if (deployment === null) return 'there is no Deployment';
  const { spec, status, metadata } = deployment;
  if (status.observedGeneration !== metadata.generation) return 'not seen by its controller yet';
  if ((status.replicas ?? 0) !== (status.updatedReplicas ?? 0)) return 'pods of before are left';
  return `${status.readyReplicas ?? 0} of ${spec.replicas} ready, ${imageOf(deployment)}`;
}
