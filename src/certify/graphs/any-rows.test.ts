import { describe, expect, it } from 'vitest';
import type { StaticGraph } from '../../onnx/graph.ts';
import { floats } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import { ortNode } from '../../runtime/ort-node.ts';
import type { Session } from '../../runtime/runtime.ts';
import type { BoundForm } from '../../transform/bounds/bound-form.ts';
import { anyRows } from './any-rows.ts';
import { rowSessions } from './row-sessions.ts';

/** y [S, 6] = −(x [S, 2, 3] + z [S, 1, 1]) */
function shaped(rows: number): StaticGraph {
  const g = newGraph();
  const [x, z] = [g.input('x', 'float32', [rows, 2, 3]), g.input('z', 'float32', [rows, 1, 1])];
  const wide = g.reshape(g.expand(z, [rows, 2, 3]), [rows * 2, 3]);
  return g.finish({ y: g.neg(g.reshape(g.add(g.reshape(x, [rows * 2, 3]), wide), [rows, 6])) });
}

/** y = x + the number of rows. */
function counted(rows: number): StaticGraph {
  const g = newGraph();
  return g.finish({ y: g.add(g.input('x', 'float32', [rows, 2]), g.scalar(rows)) });
}

async function answered(session: Session, rows: number): Promise<number[]> {
  const feeds = {
    x: { type: 'float32', shape: [rows, 2, 3], data: Float32Array.from({ length: rows * 6 }, (_, i) => i) },
    z: { type: 'float32', shape: [rows, 1, 1], data: Float32Array.from({ length: rows }, (_, i) => 100 * i) },
  } as const;
  return Array.from((await session.run(feeds)).y?.data as Float32Array);
}

describe('a graph for any number of rows', () => {
  it('computes what the graphs for each number do', async () => {
    const found = anyRows(shaped(5), shaped(7));
    const session = await ortNode.load(found?.opened(found.graph) as StaticGraph);
    for (const rows of [1, 2, 5, 11]) {
      const own = await ortNode.load(shaped(rows));
      expect(await answered(session, rows)).toEqual(await answered(own, rows));
      await own.release();
    }
    await session.release();
  });

  it('is none where a constant, a node or a dimension of another kind depends on it', () => {
    const tiled = (rows: number): StaticGraph => {
      const g = newGraph();
      return g.finish({ y: g.expand(g.input('x', 'float32', [1, 2]), [rows, 2]) });
    };
    const long = (rows: number): StaticGraph => {
      const g = newGraph();
      const x = g.input('x', 'float32', [rows, 2]);
      return g.finish({ y: rows > 5 ? g.neg(x) : g.abs(x) });
    };
    const weighted = (rows: number): StaticGraph => {
      const g = newGraph();
      return g.finish({ y: g.mul(g.input('x', 'float32', [rows]), g.constant(floats(new Float32Array(rows).fill(2), [rows]))) });
    };
    for (const make of [counted, tiled, long, weighted]) expect(anyRows(make(5), make(7))).toBeUndefined();
  });
});

describe('sessions', () => {
  it('are one for all numbers of rows, or one for each where that cannot be', async () => {
    let loads = 0;
    const runtime = { ...ortNode, load: async (...args: Parameters<typeof ortNode.load>) => ortNode.load(...args).finally(() => loads++) };
    const sessions = rowSessions(runtime, async () => shaped(1) as BoundForm);
    const of = (key: string, rows: number, make: (rows: number) => StaticGraph): Promise<Session> =>
      sessions.of(key, { rows, batch: 1 }, (_, count) => make(count));
    expect(await of('shaped', 2, shaped)).toBe(await of('shaped', 3, shaped));
    expect(loads).toBe(1);
    const [two, three] = [await of('counted', 2, counted), await of('counted', 3, counted)];
    expect(await of('counted', 3, counted)).toBe(three);
    expect(loads).toBe(3);
    const x = { type: 'float32', shape: [2, 2], data: new Float32Array(4) } as const;
    expect(Array.from((await two.run({ x })).y?.data as Float32Array)).toEqual([2, 2, 2, 2]);
    // Of 2^34 elements a graph may speak, and of no more.
    const large = (rows: number): StaticGraph => {
      const g = newGraph();
      return g.finish({ y: g.reduceMax(g.expand(g.input('x', 'float32', [rows, 2, 1]), [rows, 2, 2 ** 28]), [2]) });
    };
    expect(await of('large', 3, large)).toBeDefined();
    await sessions.release();
  });
});
