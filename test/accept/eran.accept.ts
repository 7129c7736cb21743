/**
 * The networks of ERAN by the command line, on the first 100 MNIST images: shares certified, attacked, undecided, image by image beside CROWN's list
 * (`fixtures/certify/oracle/certified_counts.json`). Seconds for an image: GIBBON_ACCEPT_SECONDS (60); every so manieth image: GIBBON_ACCEPT_EVERY (1).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNpz } from '../../src/data/npy-write.ts';
import { mnist } from '../conformance/attacks-fixtures.ts';
import { CERTIFY, haveCertify } from '../support/bounds.ts';
import { gibbon, resultIn, scratch } from '../support/cli.ts';

interface Counts {
  readonly net: string;
  readonly onnx: string;
  readonly eps: number;
  readonly images: string;
  readonly CROWN: { readonly ids: readonly number[] };
}

const seconds = Number(process.env.GIBBON_ACCEPT_SECONDS ?? 60);
const every = Number(process.env.GIBBON_ACCEPT_EVERY ?? 1);
const N = 100;
/** Of the first 1000 images, by PRIMA (Müller et al., arXiv:2103.03638): certified, and not broken by its attack. */
const PRIMA: Readonly<Record<string, readonly [number, number]>> = {
  eran_mnist_6_100: [510, 842],
  eran_mnist_9_100: [428, 820],
  eran_mnist_6_200: [690, 901],
  eran_mnist_9_200: [624, 911],
  eran_mnist_conv_small: [598, 746],
};

describe.skipIf(!haveCertify)('the networks of ERAN', () => {
  const all = haveCertify ? (JSON.parse(readFileSync(join(CERTIFY, 'oracle/certified_counts.json'), 'utf8')) as Counts[]) : [];
  const wanted = Object.keys(PRIMA).map((net) => [net, all.find((counts) => counts.net === net)] as const);
  it.each(wanted)('%s', async (net, counts) => {
    const { onnx, eps, CROWN } = counts as Counts;
    const images = mnist(N).filter(({ index }) => index % every === 0);
    const cwd = scratch();
    const x = { data: images.flatMap(({ x: pixels }) => [...pixels]), shape: [images.length, 1, 28, 28], dtype: 'float32' as const };
    const y = { data: images.map(({ label }) => label), shape: [images.length], dtype: 'int64' as const };
    writeFileSync(join(cwd, 'images.npz'), writeNpz({ x, y }));
    const asked = ['--mean', '0', '--std', '1', '--epsilon', String(eps), '--budget', `${seconds}s`, '--workers', '1', '--run', 'run'];
    const { code, stderr } = await gibbon(
      ['certify', join(CERTIFY, onnx), '--data', 'images.npz', '--first', String(images.length), ...asked],
      { cwd },
    );
    expect(code, stderr).toBe(0);
    const samples = resultIn(join(cwd, 'run')).models[0]?.certificates?.samples ?? [];
    const ids = (status: string): number[] =>
      samples.flatMap((one) => (one.status === status ? [(images[one.index] as (typeof images)[number]).index] : []));
    const counted = (['certified', 'attacked', 'undecided', 'misclassified'] as const)
      .map((status) => `${status} ${ids(status).length}`)
      .join(', ');
    const spent = samples.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
    const [proved, standing] = PRIMA[net] as readonly [number, number];
    console.log(
      `${net} at ${eps}, ${seconds} s: ${counted} of ${images.length}; ${spent.toFixed(0)} s in all; undecided ${ids('undecided').join(' ') || 'none'}; PRIMA on 1000: certified ${proved}, undecided ${standing - proved}`,
    );
    const byCrown = images.map(({ index }) => index).filter((index) => CROWN.ids.includes(index));
    expect(byCrown.filter((index) => !ids('certified').includes(index))).toEqual([]);
    expect(samples).toHaveLength(images.length);
  });
});
