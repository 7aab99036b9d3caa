import { mkdir, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoNotFound } from './errors.ts';

/** Environment variable that everything the demo starts carries; its value is the demo's id. */
export const markVariable = 'FAIRLEAD_DEMO';

/** Everything of one demo: nothing of it is anywhere else. */
export interface DemoFolder {
  readonly path: string;
  readonly id: string;
  readonly repository: string;
  /** What is live, a folder for each environment. */
  readonly live: string;
  /** The controller's state. */
  readonly state: string;
  /** The host target's own state: inventories, holds, logs of processes. */
  readonly host: string;
  readonly controllerLog: string;
  /** Of a Kubernetes control plane, where the demo has one. */
  readonly cluster: string;
}

/** Makes a folder that only this user can enter. */
export async function createDemoFolder(): Promise<DemoFolder> {
  // Resolved, because the temporary folder of macOS is behind a link.
  const path = await realpath(await mkdtemp(join(tmpdir(), 'fairlead-demo-')));
  const folder = layout(path, path.slice(-6));
  await mkdir(folder.live);
  await writeFile(join(path, markerFile), `${JSON.stringify({ fairleadDemo: folder.id })}\n`);
  return folder;
}

/**
 * The demo that was left in a folder with --keep.
 * @throws FairleadError `demo.not-found`: a folder that is no demo's is never cleaned away.
 */
export async function findDemoFolder(path: string): Promise<DemoFolder> {
  try {
    const real = await realpath(path);
    const marker: unknown = JSON.parse(await readFile(join(real, markerFile), 'utf8'));
    if (typeof marker === 'object' && marker !== null && 'fairleadDemo' in marker) {
      const { fairleadDemo } = marker;
      if (typeof fairleadDemo === 'string' && real.endsWith(`-${fairleadDemo}`)) {
        return layout(real, fairleadDemo);
      }
    }
    throw new Error(`${markerFile} is not as the demo writes it`);
  } catch (thrown) {
    throw demoNotFound({
      message: `${path} is not the folder of a demo`,
      resource: path,
      cause: thrown,
    });
  }
}

const markerFile = 'demo.json';

function layout(path: string, id: string): DemoFolder {
  return {
    path,
    id,
    repository: join(path, 'repository'),
    live: join(path, 'live'),
    state: join(path, 'state'),
    host: join(path, 'host'),
    controllerLog: join(path, 'controller.log'),
    cluster: join(path, 'cluster'),
  };
}
