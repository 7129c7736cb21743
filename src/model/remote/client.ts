/** Puts rows to an endpoint, request by request: in its pace, within its budget, again where that may help, and counted each time. */
import { GibbonError } from '../../base/errors.ts';
import type { Deliver, Delivery } from '../../runtime/deliver.ts';
import { parsedJson } from './answer.ts';
import type { Json, Manner } from './endpoint.ts';
import type { Memories } from './memory.ts';
import { backoff, type Clock, createPace, type Pace, retryAfter } from './pace.ts';
import { type Environment, type Unlocked, unlocked } from './secrets.ts';
import type { Tally } from './tally.ts';

/** What stands between this code and the world. */
export interface Wire {
  readonly deliver: Deliver;
  readonly environment: Environment;
  readonly clock: Clock;
  /** Called at least every few seconds while something is waited for. */
  alive(): void;
}

export interface Asked<T> {
  readonly body: string;
  readonly rows: number;
  /** What the answer says; a sentence says why it does not fit. */
  accept(json: Json): T | { readonly misfit: string };
  /** How often a failed request is sent again, where that is less than usual. */
  readonly retries?: number;
}

export interface Client {
  readonly url: string;
  readonly tally: Tally;
  /** Answers of earlier processes; none where the run has no folder. */
  readonly memories?: Memories | undefined;
  /** One request, repeated where it fails. @throws GibbonError E_REMOTE_GONE, E_REMOTE_REFUSED, E_REMOTE_ANSWER, E_BUDGET */
  ask<T>(asked: Asked<T>): Promise<T>;
  /** JSON at another address of the same server, without a question to the model; undefined where there is none. */
  look(url: string): Promise<Json | undefined>;
}

interface Setting {
  readonly url: string;
  readonly manner: Manner;
  readonly wire: Wire;
  readonly tally: Tally;
  readonly memories?: Memories | undefined;
}

/** @throws GibbonError E_USAGE where a variable that a header names is not set */
export function createClient(setting: Setting): Client {
  const { url, manner, wire, tally, memories } = setting;
  const open = unlocked(url, manner.headers, wire.environment);
  const pace = createPace(manner, awake(wire));
  const line: Line = { ...setting, open, pace };
  return {
    url,
    tally,
    memories,
    ask: (asked) => exchange(line, asked),
    look: async (other) => {
      const target = unlocked(other, {}, wire.environment).url;
      const found = await waited(wire, { url: target, method: 'GET', headers: open.headers, timeout: 1000 * manner.timeout });
      return found.kind === 'reply' && found.status === 200 ? parsedJson(found.text) : undefined;
    },
  };
}

interface Line extends Setting {
  readonly open: Unlocked;
  readonly pace: Pace;
}

/** Seconds between two signs of life. */
const HEARTBEAT = 5000;

/** Long sleeps in pieces, each a sign of life. */
function awake({ clock, alive }: Wire): Clock {
  return {
    ...clock,
    sleep: async (milliseconds) => {
      const end = clock.now() + milliseconds;
      for (let left = milliseconds; left > 0; left = end - clock.now()) {
        await clock.sleep(Math.min(left, HEARTBEAT));
        alive();
      }
    },
  };
}

async function waited({ deliver, alive }: Wire, letter: Parameters<Deliver>[0]): Promise<Delivery> {
  const beating = setInterval(alive, HEARTBEAT);
  try {
    return await deliver(letter);
  } finally {
    clearInterval(beating);
    alive();
  }
}

/** A server may say when it can be asked again; longer than this nobody waits. */
const LONGEST_WAIT = 3600_000;

async function exchange<T>(line: Line, asked: Asked<T>): Promise<T> {
  const { manner, wire, pace } = line;
  const most = Math.min(manner.retries, asked.retries ?? manner.retries);
  for (let attempt = 0; ; attempt++) {
    const end = await once(line, asked);
    if (end.kind === 'done') return end.value;
    if (attempt >= most || end.final) throw end.error;
    const wait = end.wait ?? backoff(attempt, wire.clock.random);
    if (wait > LONGEST_WAIT) throw end.error;
    // Others need not run into the same wall.
    if (end.wait === undefined) await awake(wire).sleep(wait);
    else pace.pause(wait);
  }
}

type End<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: GibbonError; readonly final: boolean; readonly wait?: number | undefined };

/** One request on the wire, and its place in the count. */
async function once<T>(line: Line, asked: Asked<T>): Promise<End<T>> {
  const { manner, wire, tally, open, pace } = line;
  const ended = await pace.turn();
  try {
    tally.send(asked.rows);
    const found = await waited(wire, {
      url: open.url,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...open.headers },
      body: asked.body,
      timeout: 1000 * manner.timeout,
    });
    return judged(line, asked, found);
  } finally {
    ended();
  }
}

function judged<T>({ url, open, tally, wire }: Line, { rows, accept }: Asked<T>, found: Delivery): End<T> {
  const failed = (error: GibbonError, final: boolean, wait?: number): End<T> => ({ kind: 'failed', error, final, wait });
  if (found.kind === 'unsent') {
    tally.unsend(rows);
    return failed(gone(url, open.redacted(found.reason)), found.final);
  }
  if (found.kind === 'lost') return failed(gone(url, open.redacted(found.reason)), false);
  const said = excerpt(open.redacted(found.text));
  const { status } = found;
  if (status >= 200 && status < 300) {
    const json = parsedJson(found.text);
    const value = json === undefined ? { misfit: 'it is no JSON' } : accept(json);
    if (typeof value !== 'object' || value === null || !('misfit' in value)) {
      tally.settle('answered', rows);
      return { kind: 'done', value };
    }
    return failed(unfit(url, (value as { readonly misfit: string }).misfit, said), false);
  }
  const wait = retryAfter(found.retryAfter, wire.clock.now());
  const busy = status === 429 || status === 503;
  if (busy || (status < 500 && status !== 408)) tally.settle('refused', rows);
  if (busy || status >= 500 || status === 408 || status === 425)
    return failed(gone(url, `it answers ${status}${said === '' ? '' : ` (${said})`}`, status), false, wait);
  return failed(refused(url, status, said, found.location && open.redacted(found.location)), true);
}

/** An error with the status that a server answered, where it answered. */
export class RemoteError extends GibbonError {
  readonly status: number | undefined;

  constructor(
    code: 'E_REMOTE_GONE' | 'E_REMOTE_REFUSED' | 'E_REMOTE_ANSWER',
    message: string,
    { hint, status }: { hint: string; status?: number },
  ) {
    super(code, message, { hint });
    this.status = status;
  }
}

const EXCERPT = 200;

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT)}…` : line;
}

function gone(url: string, reason: string, status?: number): GibbonError {
  return new RemoteError('E_REMOTE_GONE', `the endpoint ${url} does not answer: ${reason}`, {
    ...(status !== undefined && { status }),
    hint: 'See that it runs and can be reached from here; a slow one needs a longer --timeout, fewer rows in a request (--rows-per-request) or a lower --rate.',
  });
}

function unfit(url: string, misfit: string, said: string): GibbonError {
  return new RemoteError('E_REMOTE_ANSWER', `the answer of ${url} does not fit: ${misfit}`, {
    hint: `It says: ${said}\nSay what is sent with --request, and where its answers stand with --response (docs/remote.md).`,
  });
}

const FORM = 'Say what is sent with --request and --input-shape (docs/remote.md).';
const WHY: Readonly<Record<number, string>> = {
  401: "Give what it wants to see: --header 'Authorization: Bearer $API_TOKEN'.",
  403: "Give what it wants to see: --header 'Authorization: Bearer $API_TOKEN'.",
  404: 'Check the address: it is the one that predictions are asked of, with its path.',
  405: 'Check the address: it takes no POST.',
  413: 'Put fewer rows into a request: --rows-per-request 1.',
};

function refused(url: string, status: number, said: string, location: string | undefined): GibbonError {
  const redirect = status >= 300 && status < 400;
  const where = redirect ? `, and points to ${location ?? 'another address'}` : '';
  return new RemoteError('E_REMOTE_REFUSED', `the endpoint ${url} refuses the request with status ${status}${where}`, {
    status,
    hint: [
      ...(said === '' ? [] : [`It says: ${said}`]),
      redirect ? 'Redirects are not followed: give the address that it points to, if you trust it.' : (WHY[status] ?? FORM),
    ].join('\n'),
  });
}
