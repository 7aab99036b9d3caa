import { once } from 'node:events';
import { createServer } from 'node:http2';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openWire } from '../../../../test/support/kubernetes/wire.ts';
import { until } from '../../../../test/support/program.ts';
import { systemClock } from '../../../system/clock.ts';
import { Http2Connection } from './http2-connection.ts';

test('a connection that takes no more requests and dies without a word leaves no open socket', async () => {
  const server = createServer((_from, to) => to.end('well'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const wire = await openWire(origin);
  const socket = connect(wire.port, '127.0.0.1');
  try {
    const connection = new Http2Connection({
      socket,
      origin,
      clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 50, signal) },
      maxStreams: 10,
      onChange: () => {},
    });
    const { status } = await connection.send({
      method: 'GET',
      path: '/',
      headers: {},
      body: null,
      kind: 'call',
      signal: new AbortController().signal,
    });
    expect(status).toBe(200);
    wire.freeze();
    connection.retire();
    await until('its socket is closed', () => socket.destroyed);
  } finally {
    socket.destroy();
    await wire.close();
    server.close();
  }
});
