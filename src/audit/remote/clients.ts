/** The endpoints that this process asks, each by one client: pace, count and budget are those of the process. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient, type Wire } from '../../model/remote/client.ts';
import type { Manner } from '../../model/remote/endpoint.ts';
import { httpDeliver } from '../../runtime/http-deliver.ts';
import { tallyIn } from './tally-file.ts';

export type Clients = (url: string, manner: Manner) => Client;

/** @param alive told while an answer is waited for */
export function remoteClients(alive: () => void = () => {}): Clients {
  const known = new Map<string, Client>();
  const wire: Wire = {
    deliver: httpDeliver(),
    environment: process.env,
    clock: { now: () => performance.now(), sleep: (milliseconds) => delay(milliseconds), random: Math.random },
    alive,
  };
  return (url, manner) => {
    const key = JSON.stringify([url, manner]);
    const client = known.get(key) ?? createClient({ url, manner, wire, tally: tallyIn(manner.folder, manner.budget) });
    known.set(key, client);
    return client;
  };
}
