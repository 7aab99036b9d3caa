import type { Manifest } from '../../../model/resource.ts';
import { applying, openTarget, prepare } from './bench.testing.ts';

/** A controller in a process of its own: applies one manifest (over a UID), says so, and stays until it is killed. */
const [stateDir = '', text = '', before = ''] = process.argv.slice(2);
const target = await openTarget(stateDir);
const desired = await prepare(target, JSON.parse(text) as Manifest);
const { uid } = await target.apply(applying(desired, before === '' ? null : before));
process.stdout.write(`${uid}\n`);
setInterval(() => {}, 1_000);
