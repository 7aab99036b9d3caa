import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCheckoutBench } from '../support/checkout-bench.ts';

describe('backup and restore', () => {
  it('a restored state acts only once a person has said so', async () => {
    await using bench = createCheckoutBench();
    await bench.run('sync');
    const backup = join(bench.folder, 'backup');
    expect((await bench.run('backup', backup)).code).toBe(0);
    const other = join(bench.folder, 'restored');
    expect((await bench.runOn(other, 'restore', backup)).code).toBe(0);
    expect((await bench.runOn(other, 'restore', backup)).code).toBe(1);
    expect((await bench.runOn(other, 'history')).stdout).toContain('succeeded');
    // Nothing changed, so there is nothing to do.
    expect((await bench.runOn(other, 'plan', '--exit-code')).code).toBe(0);
    bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    const refused = await bench.runOn(other, 'sync', '--yes');
    expect(refused.code).toBe(7);
    expect(refused.stdout).toContain('restored');
    expect(bench.content()).toBe('one\n');
    expect((await bench.runOn(other, 'sync', '--yes', '--take-over')).code).toBe(0);
    expect(bench.content()).toBe('two\n');
  });

  it('a backup that was cut short is refused', async () => {
    await using bench = createCheckoutBench();
    await bench.run('sync');
    const backup = join(bench.folder, 'backup');
    await bench.run('backup', backup);
    const bytes = readFileSync(backup);
    writeFileSync(backup, bytes.subarray(0, bytes.length / 2));
    const other = join(bench.folder, 'restored');
    const ended = await bench.runOn(other, 'restore', backup);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('state.backup-invalid');
  });

  it('a lost state folder costs nothing that is live', async () => {
    await using bench = createCheckoutBench();
    await bench.run('sync');
    rmSync(bench.stateDir, { recursive: true });
    expect((await bench.run('plan', '--exit-code')).code).toBe(0);
    bench.checkout.commit({ 'site/page.yaml': bench.page('two\n') });
    const refused = await bench.run('sync', '--yes');
    expect(refused.code).toBe(7);
    expect(bench.content()).toBe('one\n');
    expect((await bench.run('sync', '--yes', '--take-over')).code).toBe(0);
    expect(bench.content()).toBe('two\n');
  });
});
