/** Exact margins of small networks over balls, made with SciPy's HiGHS (certify/oracle/exact_*.json of the fixtures), and ours for the same rows. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { linearNetwork, type Minimum } from '../../src/certify/lp/minima.ts';
import { readModel } from '../../src/onnx/read.ts';
import { floats } from '../../src/onnx/tensor.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { toFloat64 } from '../../src/transform/float64.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { fixture } from './fixture-models.ts';

export const ORACLES = ['exact_mnist_2_20', 'exact_marabou_mnist2x10'] as const;
export const absent = !existsSync(fixture('certify/oracle/images.json'));

interface Row {
  readonly i: number;
  readonly label: number;
  /** By the other class; null at the label itself. */
  readonly exact: readonly (number | null)[];
  readonly lp: readonly (number | null)[];
}

interface Oracle {
  readonly onnx: string;
  readonly runs: readonly { readonly eps: number; readonly rows: readonly Row[] }[];
}

const json = <T>(path: string): T => JSON.parse(readFileSync(fixture(path), 'utf8')) as T;

export interface Compared {
  readonly eps: number;
  readonly image: number;
  readonly other: number;
  readonly oracle: { readonly exact: number; readonly lp: number };
  readonly relaxed: Minimum;
  readonly exact: Minimum;
  /** The margin that the network itself has at the point of `exact`, in float64. */
  readonly atPoint: number;
}

/** Ours for the rows of an oracle that are wanted. */
export async function* compared(
  name: (typeof ORACLES)[number],
  wanted: (eps: number, image: number, other: number) => boolean,
): AsyncGenerator<Compared> {
  const { onnx, runs } = json<Oracle>(`certify/oracle/${name}.json`);
  const { mnist } = json<{ mnist: { pixels: number[][] } }>('certify/oracle/images.json');
  const bytes = readFileSync(fixture(`certify/${onnx}`));
  const graph = readModel(bytes);
  const input = graph.inputs[0]?.name as string;
  const evaluate = evaluator(ortNode);
  const core = await specialise(graph, { [input]: [1, 1, 28, 28] }, evaluate);
  const session = await ortNode.load(toFloat64(core));
  for (const { eps, rows } of runs) {
    for (const { i, label, exact, lp } of rows) {
      const others = exact.flatMap((value, other) => (value !== null && wanted(eps, i, other) ? [other] : []));
      if (others.length === 0) continue;
      const spec = others.flatMap((other) => exact.map((_, k) => (k === label ? 1 : k === other ? -1 : 0)));
      const network = await linearNetwork(core, floats(spec, [others.length, exact.length]), evaluate);
      const x = Float64Array.from(mnist.pixels[i] as number[], (pixel) => Math.fround(pixel / 255));
      const box = { lower: x.map((value) => Math.max(0, value - eps)), upper: x.map((value) => Math.min(1, value + eps)) };
      const bounds = await network.tightened(box);
      const relaxed = await network.minima(box, { isExact: false, bounds });
      const found = await network.minima(box, { isExact: true, bounds, seconds: 600 });
      for (const [k, other] of others.entries()) {
        const { point } = found[k] as Minimum;
        const made = await session.run({ [input]: { type: 'float64', shape: [1, 1, 28, 28], data: point ?? new Float64Array() } });
        const logits = Object.values(made)[0]?.data as Float64Array;
        yield {
          eps,
          image: i,
          other,
          oracle: { exact: exact[other] as number, lp: lp[other] as number },
          relaxed: relaxed[k] as Minimum,
          exact: found[k] as Minimum,
          atPoint: (logits[label] as number) - (logits[other] as number),
        };
      }
    }
  }
  await session.release();
}

/** The oracles have six decimals. */
const EXACT = 1e-5;
/** SciPy's search ends at a relative gap of 1e-4, and its big-M rows are kept to 1e-6 only: its "exact" values may lie above the least by this share. */
const ORACLE_GAP = 5e-4;

/** The sandwich: the relaxation below the exact value, which the network attains. */
export function expectExact({ relaxed, exact, atPoint, oracle }: Compared): void {
  expect(exact.bound).toBeGreaterThan(exact.value - 1e-6);
  expect(Math.abs(atPoint - exact.value)).toBeLessThan(EXACT);
  expect(exact.value).toBeLessThan(oracle.exact + EXACT);
  expect(exact.value).toBeGreaterThan(oracle.exact - EXACT - ORACLE_GAP * Math.abs(oracle.exact));
  expect(relaxed.bound).toBeLessThan(exact.value + 1e-6);
  expect(relaxed.bound).toBeGreaterThan(oracle.lp - EXACT);
}
