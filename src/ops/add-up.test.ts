/** Adding up where many pieces meet, on several threads. */
import { describe, expect, it } from 'vitest';
import type { Value } from '../onnx/graph.ts';
import { int64s } from '../onnx/tensor.ts';
import { ortNode } from '../runtime/ort-node.ts';
import { gradient } from '../transform/gradient.ts';
import { newGraph } from './table.ts';

describe("Gather's gradient", () => {
  it.each([
    ['constant places', true],
    ['places that the data tells', false],
  ])('loses nothing where threads meet at one place: %s', async (_, constant) => {
    const [size, count, width] = [4, 4000, 64];
    const places = Array.from({ length: count }, (__, i) => i % size);
    const g = newGraph();
    const x = g.input('x', 'float32', [size, width]);
    const at = constant ? g.constant(int64s(places)) : g.input('at', 'int64', [count]);
    const y = g.node('Gather', [x, at]);
    const [d] = gradient(g, [{ value: y, cotangent: g.expand(g.scalar(1), y.shape) }], [x]);
    const session = await ortNode.load(g.finish({ d: d as Value }), { threads: 4 });
    const feeds = {
      x: { type: 'float32' as const, shape: [size, width], data: new Float32Array(size * width) },
      ...(constant ? {} : { at: { type: 'int64' as const, shape: [count], data: BigInt64Array.from(places, BigInt) } }),
    };
    for (let run = 0; run < 5; run++) {
      const found = new Set((await session.run(feeds)).d?.data as Float32Array);
      expect([...found]).toEqual([count / size]);
    }
    await session.release();
  });
});
