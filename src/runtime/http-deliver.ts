/** HTTP over Node's own client, one request for each call: `fetch` may send a request twice by itself (status 421), and follows redirects with what was meant for another host. */
import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plain } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Deliver } from './deliver.ts';

/** Answers are numbers of a few rows; what is longer is no answer. */
const LONGEST = 64 * 2 ** 20;

/** A certificate that is refused will be refused again. */
const FINAL = /^(ERR_TLS_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL|EPROTO)/;

/** Connections are kept and used again, shortly after. */
export function httpDeliver(): Deliver {
  const agents = { plain: fresh(new PlainAgent({ keepAlive: true })), secure: fresh(new SecureAgent({ keepAlive: true })) };
  return ({ url, method, headers, body, timeout }) =>
    new Promise((resolve) => {
      const isSecure = url.startsWith('https:');
      const options = {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
        agent: (isSecure ? agents.secure : agents.plain)(),
      };
      const request = (isSecure ? secure : plain)(url, options);
      const connection = watch(request);
      const failed = (reason: string, code = ''): void => {
        resolve(connection.isOpen() ? { kind: 'lost', reason } : { kind: 'unsent', reason, final: FINAL.test(code) });
      };
      const late = setTimeout(() => {
        failed(`no answer within ${timeout / 1000} s`);
        request.destroy();
      }, timeout);
      request.once('close', () => clearTimeout(late));
      request.once('error', (error: NodeJS.ErrnoException) => failed(told(error), error.code));
      request.once('response', (response) => {
        read(response, (text) =>
          resolve({
            kind: 'reply',
            status: response.statusCode ?? 0,
            text,
            retryAfter: response.headers['retry-after'],
            location: response.headers.location,
          }),
        ).catch((error: Error) => {
          failed(told(error));
          request.destroy();
        });
      });
      request.end(body);
    });
}

/**
 * Milliseconds after which a connection is not used again: servers close idle ones after a few seconds, and a request that meets the closing is lost
 * without anybody knowing whether it was read. Timers do not help here, since this process may be busy computing when they are due.
 */
const IDLE = 1000;

/** The agent without connections that have been idle for long. */
function fresh<A extends PlainAgent>(agent: A): () => A {
  const since = new WeakMap<Duplex, number>();
  const keep = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket) => {
    since.set(socket, performance.now());
    return keep(socket);
  };
  return () => {
    for (const socket of Object.values(agent.freeSockets).flat()) {
      if (socket && performance.now() - (since.get(socket) ?? 0) > IDLE) socket.destroy();
    }
    return agent;
  };
}

/** Was there a connection, so that the request may have been read at the other end? */
function watch(request: ClientRequest): { isOpen(): boolean } {
  let isOpen = false;
  const opened = (): void => {
    isOpen = true;
  };
  request.once('socket', (socket) => {
    if (!socket.connecting) opened();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', opened);
  });
  return { isOpen: () => isOpen };
}

async function read(response: IncomingMessage, done: (text: string) => void): Promise<void> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length > LONGEST) throw new Error(`the answer is longer than ${LONGEST / 2 ** 20} MiB`);
  }
  // A connection that breaks in the middle ends the loop without an error where the length is not announced.
  if (!response.complete) throw new Error('the connection broke in the middle of the answer');
  done(Buffer.concat(parts).toString('utf8'));
}

/** What the system says, without its own words for the call. */
function told(error: NodeJS.ErrnoException & { errors?: readonly Error[] }): string {
  const own = error.message || (error.errors?.[0]?.message ?? '');
  return own || error.code || 'the connection failed';
}
