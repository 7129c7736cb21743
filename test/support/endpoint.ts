/** A model behind HTTP in this process, with faults on demand and a count of its own. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server does with a request in place of answering it. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Answers too late, or never. */
  | { readonly kind: 'silence'; readonly milliseconds: number }
  /** Breaks the connection after it has read the request. */
  | { readonly kind: 'reset' }
  /** Breaks it in the middle of the answer. */
  | { readonly kind: 'torn' }
  /** Answers with this text. */
  | { readonly kind: 'text'; readonly body: string }
  /** Answers, but slowly. */
  | { readonly kind: 'slow'; readonly milliseconds: number };

export interface EndpointOptions {
  /** Answer for the parsed body; throws to refuse with 400. */
  readonly answer: (body: unknown, request: IncomingMessage) => unknown;
  /** Rows in a parsed body. */
  readonly rowsIn: (body: unknown) => number;
  /** The fault of the request of this number, from 0; none where undefined. */
  readonly fault?: ((n: number) => Fault | undefined) | undefined;
  /** What a GET is answered with. */
  readonly get?: ((path: string) => unknown) | undefined;
}

export interface Seen {
  requests: number;
  rows: number;
  /** Rows by what was done with their request: answers that were sent whole; refusals before the model; anything else. */
  answered: number;
  refused: number;
  unsure: number;
  /** When each request came, in milliseconds. */
  readonly times: number[];
  /** Most requests at the same time. */
  atOnce: number;
  readonly headers: IncomingMessage['headers'][];
}

export interface Endpoint {
  readonly origin: string;
  readonly seen: Seen;
  close(): Promise<void>;
}

const delay = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += part as string;
  return text;
}

export async function serve({ answer, rowsIn, fault = () => undefined, get = () => undefined }: EndpointOptions): Promise<Endpoint> {
  const seen: Seen = { requests: 0, rows: 0, answered: 0, refused: 0, unsure: 0, times: [], atOnce: 0, headers: [] };
  let open = 0;
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void => {
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(typeof value === 'string' ? value : JSON.stringify(value));
    };
    if (request.method === 'GET') {
      const found = get(request.url ?? '');
      return json(found === undefined ? 404 : 200, found ?? { error: 'not found' });
    }
    const text = await bodyOf(request);
    const n = seen.requests++;
    seen.times.push(performance.now());
    seen.headers.push(request.headers);
    const body: unknown = JSON.parse(text);
    let rows = 0;
    try {
      rows = rowsIn(body);
    } catch {}
    seen.rows += rows;
    const one = fault(n);
    switch (one?.kind) {
      case 'status':
        seen[one.status === 429 || one.status === 503 || (one.status < 500 && one.status !== 408) ? 'refused' : 'unsure'] += rows;
        return json(one.status, one.body ?? { error: 'injected' }, one.headers);
      case 'silence':
        seen.unsure += rows;
        await delay(one.milliseconds);
        response.destroy();
        return;
      case 'reset':
        seen.unsure += rows;
        request.socket.destroy();
        return;
      case 'torn':
        seen.unsure += rows;
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' }).write('{"predictions": [[');
        await delay(5);
        request.socket.destroy();
        return;
      case 'text':
        seen.unsure += rows;
        return json(200, one.body);
      case 'slow':
        await delay(one.milliseconds);
    }
    try {
      const made = await answer(body, request);
      seen.answered += rows;
      json(200, made);
    } catch (thrown) {
      seen.refused += rows;
      json(400, { error: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  };
  const server: Server = createServer((request, response) => {
    open++;
    seen.atOnce = Math.max(seen.atOnce, open);
    respond(request, response)
      .catch(() => response.destroy())
      .finally(() => open--);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
