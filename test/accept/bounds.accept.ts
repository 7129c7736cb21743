/** Bounds beside auto_LiRPA's on every network, image and epsilon of `fixtures/certify/oracle`, and below the exact minima where those are known. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type BoundMethod, layerBounds, rowBounds } from '../../src/certify/bounds/crown.ts';
import type { Domain } from '../../src/certify/bounds/domain.ts';
import type { BoundNetwork } from '../../src/certify/graphs/network.ts';
import { CERTIFY, fixtureNetwork, imageOf, marginRows, type Oracle, oracleOf } from '../support/bounds.ts';

const folder = join(CERTIFY, 'oracle');
const only = process.env.GIBBON_ORACLE;
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.json') && (!only || name.includes(only)))
      .map((name) => name.replace('.json', ''))
  : [];
const isOracle = (name: string): boolean => {
  const found: unknown = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  return typeof found === 'object' && found !== null && 'normalization' in found;
};

/** Of a bound, or of 1 where that is larger: both sides compute in float32. */
const TOLERANCE = 1e-4;

const METHODS: readonly (readonly [BoundMethod, string])[] = [
  ['ibp', 'IBP'],
  ['crown-ibp', 'CROWN-IBP'],
  ['crown', 'CROWN'],
];

const table: string[] = [];
afterAll(() =>
  console.log(['| network | epsilon | method | certified, stored | mean margin, stored | worst shortfall |', ...table].join('\n')),
);

const oracles = names.filter(isOracle);
const exacts = names.filter((name) => name.startsWith('exact_'));

describe.skipIf(oracles.length === 0)('bounds beside auto_LiRPA on all of its networks', () => {
  it.each(oracles)('%s', { timeout: 3_600_000 }, async (name) => {
    const oracle = oracleOf(name);
    const network = await fixtureNetwork(oracle.onnx);
    for (const run of oracle.runs) {
      for (const [method, stored] of METHODS) {
        const rows = run.methods[stored]?.rows ?? [];
        if (rows.length === 0) continue;
        const seen: { readonly ours: number; readonly theirs: number }[] = [];
        let certified = 0;
        for (const { i, margins } of rows) {
          const lower = await marginsOf(network, ball(network, oracle, i, run.eps), margins.indexOf(null), method);
          const pairs = margins.flatMap((theirs, j) => (theirs === null ? [] : [{ ours: lower[j] as number, theirs }]));
          if (pairs.every(({ ours }) => ours > 0)) certified++;
          seen.push(...pairs);
        }
        const mean = (of: 'ours' | 'theirs'): number => seen.reduce((sum, pair) => sum + pair[of], 0) / seen.length;
        const worst = Math.max(...seen.map(({ ours, theirs }) => (theirs - ours) / Math.max(1, Math.abs(theirs))));
        const count = run.methods[stored]?.certified;
        table.push(
          `| ${name} | ${run.eps.toPrecision(3)} | ${stored} | ${certified}, ${count} | ${mean('ours').toFixed(4)}, ${mean('theirs').toFixed(4)} | ${worst.toExponential(1)} |`,
        );
        expect.soft(certified, `${name} ${run.eps} ${stored}`).toBeGreaterThanOrEqual(count ?? 0);
        const at = `${name} ${run.eps} ${stored}`;
        expect.soft(mean('ours'), at).toBeGreaterThan(mean('theirs') - TOLERANCE * Math.max(1, Math.abs(mean('theirs'))));
        // A leaky rectifier's slope below is the one that leaves the least area, not auto_LiRPA's. Slopes flip with the bounds that enter them, so single
        // margins of CROWN may fall behind where its layers are tighter.
        const rectified = network.cuts.every(({ ops }) => ops.every((op) => op === 'Relu'));
        const isAlike = method === 'ibp' || (method === 'crown-ibp' && rectified && !name.includes('leaky'));
        if (isAlike) expect.soft(worst, at).toBeLessThan(TOLERANCE);
      }
    }
    await network.release();
  });
});

interface Exact {
  readonly onnx: string;
  readonly runs: readonly {
    readonly eps: number;
    readonly rows: readonly {
      readonly i: number;
      readonly label: number;
      readonly exact: readonly (number | null)[];
      readonly lp: readonly (number | null)[];
    }[];
  }[];
}

describe.skipIf(exacts.length === 0)('bounds below the exact minima', () => {
  it.each(exacts)('%s', async (name) => {
    const exact = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Exact;
    const network = await fixtureNetwork(exact.onnx);
    for (const { eps, rows } of exact.runs) {
      for (const { i, label, exact: least, lp } of rows) {
        for (const [method] of METHODS) {
          const lower = await marginsOf(network, ball(network, { ...BOXED, data: 'mnist' }, i, eps), label, method);
          for (const [j, value] of lower.entries()) {
            if (j === label) continue;
            // The triangle program is the tightest that any choice of slopes can give.
            expect(value, `${eps} ${i} ${j}`).toBeLessThan((lp[j] as number) + TOLERANCE);
            expect(value).toBeLessThan((least[j] as number) + TOLERANCE);
          }
        }
      }
    }
    await network.release();
  });
});

type Setting = Pick<Oracle, 'data' | 'norm' | 'box_clip' | 'normalization'>;
const BOXED: Omit<Setting, 'data'> = { norm: 'inf', box_clip: [0, 1], normalization: null };

/** The set of an oracle's run around an image, in the units of the network's input. */
function ball(network: BoundNetwork, { data, norm, box_clip, normalization }: Setting, index: number, eps: number): Domain {
  const pixels = imageOf(data, index);
  const { name } = network.inputs[0] as { name: string };
  const [low, high] = box_clip ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const channel = (i: number): number => Math.floor(i / (pixels.length / (normalization?.mean.length ?? 1)));
  const scaled = (value: number, i: number): number =>
    normalization ? (value - (normalization.mean[channel(i)] as number)) / (normalization.std[channel(i)] as number) : value;
  const box = {
    batch: 1,
    lower: new Map([[name, pixels.map((value, i) => scaled(Math.max(low, value - eps), i))]]),
    upper: new Map([[name, pixels.map((value, i) => scaled(Math.min(high, value + eps), i))]]),
  };
  if (norm === 'inf') return { ...box, norm: 'box' };
  return { ...box, norm: norm === 1 ? 'l1' : 'l2', ball: { centre: new Map([[name, pixels]]), radius: Float32Array.of(eps) } };
}

async function marginsOf(network: BoundNetwork, domain: Domain, label: number, method: BoundMethod): Promise<Float32Array> {
  const bounds = await layerBounds(network, domain, method);
  return (await rowBounds(network, domain, bounds, marginRows(network.outputs, label), method)).lower;
}
