/** A test card: gradients, edges, a grey, a black and a white field, 32 × 32 RGB; and graphs run on it. */
import type { GraphBuilder } from '../../../onnx/build.ts';
import type { Value } from '../../../onnx/graph.ts';
import { newGraph } from '../../../ops/table.ts';
import { ortNode } from '../../../runtime/ort-node.ts';
import type { HostTensor } from '../../../runtime/runtime.ts';

export const SIDE = 32;

/** Planes [3, 32, 32] of bytes. */
export function card(): number[] {
  return Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
    const [c, h, w] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    if (h >= 28 && w >= 28) return 255;
    if (h < 4 && w < 4) return 0;
    if (h >= 20 && h < 26 && w >= 4 && w < 12) return 128;
    return (h * 5 + w * 3 + c * 41 + 60 * ((Math.floor(h / 6) + Math.floor(w / 9)) % 2)) % 256;
  });
}

/** The card in [0, 1]. */
export const picture = (): Float32Array => Float32Array.from(card(), (v) => v / 255);

/** Runs a small graph once. */
export async function computed(draw: (g: GraphBuilder) => Value, feeds: Readonly<Record<string, HostTensor>> = {}): Promise<Float32Array> {
  const g = newGraph();
  const session = await ortNode.load(g.finish({ y: draw(g) }));
  const { y } = await session.run(feeds);
  await session.release();
  return y?.data as Float32Array;
}

export const tensor = (data: ArrayLike<number>, shape: readonly number[]): HostTensor => ({
  type: 'float32',
  shape,
  data: Float32Array.from(data),
});

/** Every 37th (or so) value. */
export const every = (values: ArrayLike<number>, step: number): number[] =>
  Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step] as number);
