import type { ResourceType } from '../client/resource-type.ts';

/** What kinds the server has. Answers from memory; asks the server at start and for what it does not know. */
export interface Discovery {
  /**
   * The kind at exactly this version; `null`: the server has none. What is unknown is looked for anew, once per interval.
   * @throws FairleadError `kubernetes.group-unavailable` where the API that serves the group does not answer: that is not "none".
   */
  resolve(apiVersion: string, kind: string): Promise<ResourceType | null>;
  /** The kind at the version that the server prefers. `null` and @throws as `resolve`. */
  find(group: string, kind: string): Promise<ResourceType | null>;
  /** Every kind at its preferred version. Groups whose API does not answer are left out; see `unavailable`. */
  all(): Promise<readonly ResourceType[]>;
  /** Group versions (`metrics.k8s.io/v1beta1`) whose API did not answer when it was asked last. */
  unavailable(): Promise<readonly string[]>;
  /** Group versions that are served, and kinds as `group/version/Kind`: what Helm calls capabilities. */
  apiVersions(): Promise<readonly string[]>;
  /** The server's version: `v1.36.3`. */
  serverVersion(): Promise<string>;
  /** What it said may be wrong: a kind was not there. The next question is asked anew, unless that was done just now. */
  doubt(): void;
  /** Forgets what is known, so that the next question is asked anew: a CRD was made or removed. */
  refresh(): void;
}
