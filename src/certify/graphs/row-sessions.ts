/** Sessions of a network's graphs of bounds, each made when it is first asked for: one for any number of rows, wherever that can be (`any-rows.ts`). */
import { GibbonError } from '../../base/errors.ts';
import type { StaticGraph } from '../../onnx/graph.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import type { Runtime, Session } from '../../runtime/runtime.ts';
import type { BoundForm } from '../../transform/bounds/bound-form.ts';
import { foldConstants } from '../../transform/fold-constants.ts';
import { type AnyRows, anyRows } from './any-rows.ts';

export interface RowSessions {
  one(key: string, make: () => Promise<StaticGraph>): Promise<Session>;
  of(
    key: string,
    size: { readonly rows: number; readonly batch: number },
    make: (net: BoundForm, rows: number) => StaticGraph,
  ): Promise<Session>;
  release(): Promise<void>;
}

/** Numbers of rows that no dimension of a network is likely to be, and that leave room for large ones. */
const [ONE, OTHER] = [61, 67];

export function rowSessions(runtime: Runtime, graph: (batch: number) => Promise<BoundForm>): RowSessions {
  const sessions = new Map<string, Promise<Session | undefined>>();
  const evaluate = evaluator(runtime);
  const known = <T extends Session | undefined>(key: string, make: () => Promise<T>): Promise<T> => {
    const made = (sessions.get(key) as Promise<T> | undefined) ?? make();
    sessions.set(key, made);
    return made;
  };
  const one = (key: string, make: () => Promise<StaticGraph>): Promise<Session> =>
    known(key, async () => runtime.load(await foldConstants(await make(), evaluate)));
  return {
    one,
    of: async (key, { rows, batch }, make) => {
      const net = await graph(batch);
      const open = await known(`${key} any`, async () => {
        const found = opened((count) => make(net, count));
        return found && runtime.load(found.opened(await foldConstants(found.graph, evaluate)));
      });
      return open ?? one(`${key} ${rows}`, async () => make(net, rows));
    },
    release: async () => {
      for (const loaded of await Promise.all(sessions.values())) await loaded?.release();
    },
  };
}

/** Where so many rows are more than a graph may speak of, there may be a graph for fewer. */
function opened(make: (rows: number) => StaticGraph): AnyRows | undefined {
  try {
    return anyRows(make(ONE), make(OTHER));
  } catch (error) {
    if (error instanceof GibbonError && error.code === 'E_MODEL_SHAPE') return undefined;
    throw error;
  }
}
