import { storeContract } from '../contract/store.ts';
import { noFaults } from './world/faults.ts';
import { SimClock } from './world/clock.ts';
import { Chance } from './world/random.ts';
import { Scheduler } from './world/scheduler.ts';
import { emptyStoreData, SimStore } from './world/store.ts';

/** Without faults, the store of the simulator is a store like any other. */
storeContract('The store of the simulator', async () => {
  const process = { name: 'test', alive: true, paused: false };
  const clock = new SimClock(new Scheduler(new Chance(1, 'test')), process, { wallOffsetMs: 0 });
  return new SimStore(
    {
      process,
      clock,
      faults: noFaults([]),
      chance: new Chance(1, 'test'),
      io: async () => {},
      hits: () => false,
      mayCrash: async () => {},
      onAccepted: () => {},
      onRead: () => {},
    },
    emptyStoreData(),
    () => {},
  );
});
