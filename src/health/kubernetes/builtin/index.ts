import type { KindRule } from '../rule.ts';
import { daemonSet } from './daemon-set.ts';
import { data } from './data.ts';
import { deployment } from './deployment.ts';
import { extension } from './extension.ts';
import { flow } from './flow.ts';
import { job } from './job.ts';
import { namespace } from './namespace.ts';
import { network } from './network.ts';
import { node } from './node.ts';
import { pod } from './pod.ts';
import { quota } from './quota.ts';
import { replicaSet } from './replica-set.ts';
import { scaling } from './scaling.ts';
import { statefulSet } from './stateful-set.ts';
import { storage } from './storage.ts';

/** The kinds that Kubernetes brings. */
export const builtin: readonly KindRule[] = [
  ...deployment,
  ...statefulSet,
  ...daemonSet,
  ...replicaSet,
  ...pod,
  ...job,
  ...network,
  ...storage,
  ...scaling,
  ...namespace,
  ...extension,
  ...node,
  ...quota,
  ...flow,
  ...data,
];
