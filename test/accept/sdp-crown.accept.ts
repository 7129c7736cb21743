/** SDP-CROWN beside CROWN and α-CROWN on balls in L2: certified images, mean margins of the worst class and mean certified radii of the stored networks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BoundMethod, layerBounds, rowBounds } from '../../src/certify/bounds/crown.ts';
import type { BoundNetwork } from '../../src/certify/graphs/network.ts';
import { around, CERTIFY, fixtureNetwork, haveCertify, imageOf, marginRows } from '../support/bounds.ts';

interface Case {
  readonly net: string;
  readonly data: 'mnist' | 'cifar10';
  readonly images: number;
  readonly radii: readonly number[];
  /** By how much the mean margin has to lie above α-CROWN's at the largest of the radii; nowhere may it lie below, but for a different climb. */
  readonly gain: number;
  /** Mean radii of the first so many images, searched for up to the second number. */
  readonly searched?: readonly [number, number];
}

const CASES: readonly Case[] = [
  { net: 'mnist_2_20', data: 'mnist', images: 20, radii: [0.5, 1], gain: 0 },
  { net: 'eran_mnist_6_100_nat', data: 'mnist', images: 20, radii: [0.2, 0.3, 0.4], gain: 1, searched: [10, 1] },
  { net: 'mnist_a_adv', data: 'mnist', images: 6, radii: [0.3, 0.5], gain: 0.05 },
  { net: 'eran_mnist_conv_small_nat_norm', data: 'mnist', images: 8, radii: [0.4, 0.6], gain: 0 },
  { net: 'kw_mnist', data: 'mnist', images: 4, radii: [0.3], gain: 0.1 },
  { net: 'sdp_cifar_cnn_a_adv_norm', data: 'cifar10', images: 5, radii: [0.1, 0.15], gain: 3, searched: [4, 0.4] },
];

/** What another climb may lose. */
const NOISE = 0.01;

const METHODS = ['crown', 'alpha-crown', 'ball-crown', 'sdp-crown'] as const satisfies readonly BoundMethod[];
/** Halvings of a radius: to 1/64 of the largest. */
const HALVINGS = 6;

interface Image {
  readonly x: Float32Array;
  readonly label: number;
}

/** The first images that the network gets right. */
async function imagesOf(network: BoundNetwork, { data, images }: Case): Promise<Image[]> {
  const { labels } = (JSON.parse(readFileSync(join(CERTIFY, 'oracle/images.json'), 'utf8')) as Record<string, { labels: number[] }>)[
    data
  ] as { labels: number[] };
  const all = Array.from({ length: images }, (_, i) => ({ x: imageOf(data, i), label: labels[i] as number }));
  const right: Image[] = [];
  for (const image of all) if ((await margin(network, image, 0, 'crown')) > 0) right.push(image);
  return right;
}

/** How far the score of the label is proved to stay above the others, all rounding taken off. */
async function margin(network: BoundNetwork, { x, label }: Image, eps: number, method: BoundMethod): Promise<number> {
  const domain = around(network, x, { eps, norm: 'l2', clip: [0, 1] });
  const bounds = await layerBounds(network, domain, method);
  const { lower, error } = await rowBounds(network, domain, bounds, marginRows(network.outputs, label), method);
  return Math.min(...Array.from(lower, (value, j) => (j === label ? Number.POSITIVE_INFINITY : value - (error[j] as number))));
}

async function radius(network: BoundNetwork, image: Image, most: number, method: BoundMethod): Promise<number> {
  let [low, high] = [0, most];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if ((await margin(network, image, middle, method)) > 0) low = middle;
    else high = middle;
  }
  return low;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe.skipIf(!haveCertify)('over balls in L2, SDP-CROWN', () => {
  it.each(CASES)('of $net proves what α-CROWN does, and more', { timeout: 1_200_000 }, async (one) => {
    const network = await fixtureNetwork(`converted/${one.net}.onnx`, 'float32');
    const images = await imagesOf(network, one);
    const gains: number[] = [];
    for (const eps of one.radii) {
      const margins = new Map<BoundMethod, number[]>();
      for (const method of METHODS) {
        const before = process.cpuUsage();
        const found: number[] = [];
        for (const image of images) found.push(await margin(network, image, eps, method));
        const { user, system } = process.cpuUsage(before);
        margins.set(method, found);
        const count = found.filter((least) => least > 0).length;
        console.log(
          `${one.net} ${eps} ${method}: ${count} of ${images.length}, mean ${mean(found).toFixed(3)}, ${((user + system) / 1e6 / images.length).toFixed(2)} s of CPU each`,
        );
      }
      const [crown, alpha, , sdp] = METHODS.map((method) => margins.get(method) as number[]) as [number[], number[], number[], number[]];
      for (const [i, least] of sdp.entries()) if (Math.max(alpha[i] as number, crown[i] as number) > 0) expect(least).toBeGreaterThan(0);
      gains.push(mean(sdp) - mean(alpha));
    }
    expect(Math.min(...gains)).toBeGreaterThan(-NOISE);
    expect(gains[gains.length - 1]).toBeGreaterThan(one.gain - NOISE);
    const [count, most] = one.searched ?? [0, 0];
    for (const method of count > 0 ? METHODS : []) {
      const radii: number[] = [];
      for (const image of images.slice(0, count)) radii.push(await radius(network, image, most, method));
      console.log(`${one.net} ${method}: mean radius ${mean(radii).toFixed(4)} of ${radii.length}`);
    }
    await network.release();
  });
});
