import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import type { HealthStatus } from '../../../src/model/status.ts';

/** One object with the health that is to be said of it. */
interface HealthCase {
  readonly file: string;
  readonly object: JsonObject;
  readonly owned: readonly JsonObject[];
  readonly is: HealthStatus;
  readonly says: string;
}

const folder = new URL('../../fixtures/health/', import.meta.url);

type Written = JsonObject & {
  readonly of: string;
  readonly is: HealthStatus;
  readonly says: string;
  readonly owned?: readonly JsonObject[];
  readonly metadata?: JsonObject;
};

/** All cases in `test/fixtures/health`. */
export const healthCases: readonly HealthCase[] = readdirSync(folder).flatMap((file) =>
  (parse(readFileSync(new URL(file, folder), 'utf8')) as readonly Written[]).map((written) => {
    const { of, is, says, owned = [], metadata = {}, ...rest } = written;
    const [apiVersion = '', kind = '', name = ''] = of.split(' ');
    const object = { apiVersion, kind, ...rest, metadata: { name, ...metadata } as Json };
    return { file, object, owned, is, says };
  }),
);
