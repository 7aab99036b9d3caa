import { expect, test } from 'vitest';
import { openKube } from '../support/cluster.ts';
import { access } from './model/access.ts';
import { admission } from './model/admission.ts';
import { applying } from './model/apply.ts';
import { Comparable } from './model/comparable.ts';
import { lifecycle } from './model/lifecycle.ts';
import { Player } from './model/sequences.ts';
import type { Sequence } from './model/sequences.ts';
import { modelSide, realSide } from './model/side.ts';
import type { Side } from './model/side.ts';
import { watching } from './model/watching.ts';

/** The simulator's API server says what a real one says. */

async function said(side: Side, sequence: Sequence) {
  const comparable = new Comparable(side.namespace);
  await sequence.play(new Player(side, (what, answer) => comparable.add(what, answer)));
  return comparable.said;
}

const sequences = [...access, ...admission, ...applying, ...lifecycle, ...watching];

test.each(sequences.map((sequence) => [sequence.name, sequence] as const))(
  '%s: as at the real server',
  async (_name, sequence) => {
    const [real, model] = [
      await said(await realSide(openKube()), sequence),
      await said(await modelSide(), sequence),
    ];
    expect(model).toEqual(real);
  },
);
