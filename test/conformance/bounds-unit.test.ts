/** Bounds of small networks, one operator each, beside auto_LiRPA's and beside samples (`fixtures/certify/unit`). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BoundMethod } from '../../src/certify/bounds/crown.ts';
import { readModel } from '../../src/onnx/read.ts';
import { keyedRng } from '../../src/rng/rng.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { around, CERTIFY, fixtureNetwork, outputBounds } from '../support/bounds.ts';

interface Stored {
  /** Absent where auto_LiRPA has no rule. */
  readonly lb?: readonly number[];
  readonly ub?: readonly number[];
  /** False where auto_LiRPA's own bound is cut by its samples. */
  readonly contains_samples: boolean;
}

interface Case {
  readonly norm: 'inf' | number;
  readonly eps: number;
  readonly x: readonly number[];
  readonly IBP: Stored;
  readonly CROWN: Stored;
  readonly sampled: { readonly min: readonly number[]; readonly max: readonly number[] };
}

const folder = join(CERTIFY, 'unit');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
const nets = files.map((name) => {
  const { cases } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { cases: readonly Case[] };
  return [name.replace('.json', ''), cases] as const;
});

/** Stored with six decimals. */
const STORED = 2e-6;
/** Of a bound: both sides compute in float32. */
const TOLERANCE = 1e-5;
const SAMPLES = 4000;

const METHODS: readonly (readonly [BoundMethod, 'IBP' | 'CROWN'])[] = [
  ['ibp', 'IBP'],
  ['crown', 'CROWN'],
];

/**
 * Widths may be larger by this. CROWN's slopes of rectifiers flip with the bounds that enter them, so tighter ones may end looser; the softmax is written with
 * differences here, and as a product by auto_LiRPA.
 */
const LOOSER: Readonly<Record<string, number>> = {
  conv_s2_oddpad: 1.04,
  fc_hardtanh: 1.02,
  fc_leaky: 1.05,
  fc_softmax_out: 1.04,
  fc_tanh: 1.0005,
  conv_tanh: 1.0005,
};

const slack = (value: number): number => STORED + TOLERANCE * Math.abs(value);

describe('bounds of single operators beside auto_LiRPA', () => {
  it.each(nets.filter(([, cases]) => cases.length > 0))('%s', async (name, cases) => {
    const network = await fixtureNetwork(join('unit', `${name}.onnx`));
    for (const { norm, eps, x, ...stored } of cases) {
      const domain = around(network, x, { eps, norm: norm === 'inf' ? 'box' : 'l2' });
      for (const [method, theirs] of METHODS) {
        const { lower, upper } = await outputBounds(network, domain, method);
        const at = `${theirs} ${norm} ${eps}`;
        for (const [i, value] of lower.entries()) {
          const [low, high] = [stored.sampled.min[i] as number, stored.sampled.max[i] as number];
          expect(value, `${at} [${i}]`).toBeLessThan(low + slack(low));
          expect(upper[i], `${at} [${i}]`).toBeGreaterThan(high - slack(high));
        }
        const { lb, ub, contains_samples } = stored[theirs];
        // Where its intervals are of no width, auto_LiRPA's CROWN takes every rectifier for stable.
        if (!lb || !ub || !contains_samples || !stored.IBP.contains_samples) continue;
        const total = (low: ArrayLike<number>, high: ArrayLike<number>): number =>
          Array.from(high).reduce((sum, end, i) => sum + end - (low[i] as number), 0);
        const looser = (LOOSER[name] ?? 1) * total(lb, ub) + slack(total(lb, ub));
        expect(total(lower, upper), at).toBeLessThan(looser);
      }
    }
    await network.release();
  });

  it.each(nets)('%s holds all samples, with the rounding of float32', async (name, cases) => {
    const path = join('unit', `${name}.onnx`);
    const network = await fixtureNetwork(path, 'float32');
    const { name: input, shape } = network.inputs[0] as { name: string; shape: readonly number[] };
    const rows = [SAMPLES, ...shape.slice(1)];
    const model = await ortNode.load(await specialise(readModel(readFileSync(join(CERTIFY, path))), { [input]: rows }, evaluator(ortNode)));
    const size = shape.reduce((product, dim) => product * dim, 1);
    const rng = keyedRng(6, 'bounds', name);
    const centre = Float32Array.from(cases[0]?.x ?? Array.from({ length: size }, () => rng.uniform()));
    const domain = around(network, centre, { eps: 0.2, norm: 'box' });
    const [low, high] = [domain.lower.get(input) as Float32Array, domain.upper.get(input) as Float32Array];
    // Half of them corners.
    const data = Float32Array.from({ length: SAMPLES * size }, (_, i) => {
      const [from, to, u] = [low[i % size] as number, high[i % size] as number, rng.uniform()];
      return i < (SAMPLES * size) / 2 ? (u < 0.5 ? from : to) : Math.min(Math.max(Math.fround(from + u * (to - from)), from), to);
    });
    const y = Object.values(await model.run({ [input]: { type: 'float32', shape: rows, data } }))[0]?.data as Float32Array;
    for (const method of ['ibp', 'crown'] as const) {
      const { lower, upper } = await outputBounds(network, domain, method);
      const outside = y.findIndex(
        (value, i) => !(value >= (lower[i % lower.length] as number) && value <= (upper[i % lower.length] as number)),
      );
      expect(
        outside === -1 ? undefined : [method, y[outside], lower[outside % lower.length], upper[outside % lower.length]],
      ).toBeUndefined();
    }
    await network.release();
    await model.release();
  });
});
