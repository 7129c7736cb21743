/** The endpoints that this process asks, each by one client: pace, count and budget are those of the process. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient, type Wire } from '../../model/remote/client.ts';
import type { Manner } from '../../model/remote/endpoint.ts';
import { httpDeliver } from '../../runtime/http-deliver.ts';
import { type AnswerLog, answerLog } from './answer-log.ts';
import { tallyIn } from './tally-file.ts';

export type Clients = (url: string, manner: Manner) => Client;

export interface RemoteClients {
  readonly clients: Clients;
  /** A piece of work begins, after the one before it has ended. */
  begin(kind: Parameters<AnswerLog['begin']>[0]): void;
}

/** @param alive told while an answer is waited for */
export function remoteClients(alive: () => void = () => {}): RemoteClients {
  const known = new Map<string, Client>();
  const logs: AnswerLog[] = [];
  let current: Parameters<AnswerLog['begin']>[0] = 'work';
  const wire: Wire = {
    deliver: httpDeliver(),
    environment: process.env,
    clock: { now: () => performance.now(), sleep: (milliseconds) => delay(milliseconds), random: Math.random },
    alive,
  };
  const opened = (url: string, manner: Manner): Client => {
    const { folder, budget } = manner;
    const setting = { url, manner, wire, tally: tallyIn(folder, budget) };
    if (folder === undefined) return createClient(setting);
    const log = answerLog(folder);
    log.begin(current);
    logs.push(log);
    return createClient({ ...setting, memories: log.memories });
  };
  return {
    clients: (url, manner) => {
      const key = JSON.stringify([url, manner]);
      const client = known.get(key) ?? opened(url, manner);
      known.set(key, client);
      return client;
    },
    begin: (kind) => {
      current = kind;
      for (const log of logs) log.begin(kind);
    },
  };
}
