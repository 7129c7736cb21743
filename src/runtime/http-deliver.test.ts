/** Connections: used again at once, never after a pause, and no stale one when a server closes them meanwhile. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { httpDeliver } from './http-deliver.ts';

let server: Server;
afterEach(() => server.close());

async function started(keepAliveTimeout: number): Promise<{ url: string; connections: () => number }> {
  let connections = 0;
  server = createServer((request, response) => request.resume().on('end', () => response.end('[]')));
  server.keepAliveTimeout = keepAliveTimeout;
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, connections: () => connections };
}

/** Nothing else runs meanwhile: no timer, no message that a connection was closed. */
function busy(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

it('one after the other share a connection; after a pause there is a new one', async () => {
  const { url, connections } = await started(60_000);
  const deliver = httpDeliver();
  const ask = () => deliver({ url, method: 'POST', headers: {}, body: '{}', timeout: 5000 });
  for (let i = 0; i < 3; i++) expect(await ask()).toMatchObject({ kind: 'reply', status: 200, text: '[]' });
  await delay(5);
  expect(connections()).toBe(1);
  await delay(5);
  busy(1100);
  expect(await ask()).toMatchObject({ kind: 'reply' });
  expect(connections()).toBe(2);
});

it('a name without an address, and a port without a listener, are not asked', async () => {
  await started(1000);
  const deliver = httpDeliver();
  const ask = (url: string) => deliver({ url, method: 'POST', headers: {}, body: '{}', timeout: 5000 });
  expect(await ask('http://127.0.0.1:9/')).toMatchObject({ kind: 'unsent', final: false });
  expect(await ask('http://no-such-host.invalid/')).toMatchObject({ kind: 'unsent', final: false });
});
