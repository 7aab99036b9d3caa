import type { Version } from './shop.ts';

/** What the commits of the demo sell. */
export interface Versions {
  readonly first: Version;
  /** Never becomes healthy: it wants a database, and there is none. */
  readonly bad: Version;
  readonly good: Version;
}

/** @param closedPort where nobody listens. */
export function createVersions(closedPort: number): Versions {
  const first = { name: '1', title: 'Welcome', product: 'coffee', price: 3 };
  const second = { name: '2', title: 'Welcome, hungry', product: 'coffee and cake', price: 6 };
  return { first, bad: { ...second, database: `127.0.0.1:${closedPort}` }, good: second };
}
