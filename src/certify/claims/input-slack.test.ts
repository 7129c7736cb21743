/** The set for bounds holds whatever a deployment's own arithmetic makes of the rows of a ball. */
import { describe, expect, it } from 'vitest';
import { normalise } from '../../model/encoding.ts';
import { elementOf, type PortsEncoding, portsEncoder } from '../../model/ports-encoding.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { keyedRng } from '../../rng/rng.ts';
import type { HostTensor } from '../../runtime/runtime.ts';
import { INPUT } from '../graphs/model-network.ts';
import { nextDown32, nextUp32 } from '../trees/float32.ts';
import { inputSlack } from './input-slack.ts';
import { domainAround } from './sample.ts';

const plain = { layout: 'none', channels: 'none', mean: [0], std: [1], resize: 'crop' } as const;

/** The float32 number of the ball that is farthest from its centre, up or down. */
function atEnd(value: number, isUp: boolean): number {
  const end = Math.fround(value + (isUp ? 0.3 : -0.3));
  if (isUp) return end > value + 0.3 ? nextDown32(end) : end;
  return end < value - 0.3 ? nextUp32(end) : end;
}

/** Does a change of the row within the set give the deployed value, in real numbers, with the graph's own float32 constants? */
function expectHeld(
  p: Preprocessing,
  x: Float32Array,
  row: Float32Array,
  given: number[],
  affine: (i: number) => [factor: number, shift: number],
) {
  const { lower, upper } = domainAround(x, { norm: 'linf', epsilon: 0.3, range: undefined, slack: inputSlack(p) });
  for (const i of row.keys()) {
    const [factor, shift] = affine(i);
    const seen = ((given[i] as number) - shift) / factor;
    expect(seen).toBeGreaterThanOrEqual(lower.get(INPUT)?.[i] as number);
    expect(seen).toBeLessThanOrEqual(upper.get(INPUT)?.[i] as number);
  }
}

describe('the set for bounds', () => {
  it('holds rows of tables at their ends, in whole numbers, short decimals and far from 0', () => {
    for (let seed = 0; seed < 400; seed++) {
      const rng = keyedRng(seed, 'slack');
      const columns = Array.from({ length: 6 }, (_, i) => {
        const scale = 10 ** (6 * rng.uniform() - 3);
        const units = { scale, offset: i % 3 === 2 ? Math.round(scale * (64 + 1e4 * rng.uniform())) : 0 };
        return { name: `c${i}`, ...units, low: -9, high: 9, whole: i % 3 === 1, movable: true };
      });
      const ports = [{ name: 'x', type: 'float32' as const, shape: [6], from: 0, count: 6 }];
      const encoding: PortsEncoding = { kind: 'ports', columns, ports, groups: [], certain: true };
      const p: Preprocessing = { ...plain, modality: 'table', shape: [6], encoding };
      const x = Float32Array.from(columns, (column) =>
        elementOf(Math.round(column.offset + column.scale * (6 * rng.uniform() - 3)), column),
      );
      const row = x.map((value) => atEnd(value, rng.uniform() < 0.5));
      // A whole number is what its element stands for.
      for (const [i, column] of columns.entries()) if (column.whole) row[i] = x[i] as number;
      const { data } = portsEncoder(encoding)([row]).x as HostTensor;
      expectHeld(p, x, row, Array.from(data as Float32Array), (i) => [
        Math.fround(columns[i]?.scale as number),
        Math.fround(columns[i]?.offset as number),
      ]);
    }
  });

  it('holds normalised pictures', () => {
    const p: Preprocessing = {
      ...plain,
      modality: 'image',
      layout: 'NCHW',
      channels: 'rgb',
      shape: [3, 4, 4],
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    };
    for (let seed = 0; seed < 200; seed++) {
      const rng = keyedRng(seed, 'slack');
      const x = new Float32Array(48);
      rng.fillUniform(x, 0, 1);
      const row = x.map((value) => atEnd(value, rng.uniform() < 0.5));
      const given = row.slice();
      normalise(given, p);
      expectHeld(p, x, row, Array.from(given), (i) => {
        const factor = Math.fround(1 / (p.std[Math.floor(i / 16)] as number));
        return [factor, -factor * Math.fround(p.mean[Math.floor(i / 16)] as number)];
      });
    }
  });

  it('is not widened where the model takes rows as they are', () => {
    expect(inputSlack({ ...plain, modality: 'tensor', shape: [3] })).toBeUndefined();
  });
});
