/** CROWN beside published figures: what DeepZ certifies of the Adversarial Robustness Toolbox's network, and auto_LiRPA's largest radii of 20 images. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BoundNetwork } from '../../src/certify/graphs/network.ts';
import { mnist } from '../conformance/attacks-fixtures.ts';
import { around, CERTIFY, fixtureNetwork, haveCertify, margins } from '../support/bounds.ts';

interface Row {
  readonly i: number;
  readonly label: number;
  readonly CROWN: number;
  /** null where no attack came through. */
  readonly PGD_upper: number | null;
}

interface Radii {
  readonly net: string;
  readonly onnx: string;
  /** Of what the network gets wrong, nothing but the label. */
  readonly rows: readonly (Row | Pick<Row, 'i' | 'label'>)[];
}

const read = (path: string): string => readFileSync(join(CERTIFY, path), 'utf8');

/** Does CROWN prove that this class wins in the box, with all rounding taken off? */
async function isProved(network: BoundNetwork, x: Float32Array, label: number, eps: number): Promise<boolean> {
  const { lower, error } = await margins(network, around(network, x, { eps, norm: 'box', clip: [0, 1] }), label, 'crown');
  return lower.every((value, j) => j === label || value - (error[j] as number) > 0);
}

/** As the stored radii were found: 14 halvings of [0, 0.5], the lower end. */
async function radius(network: BoundNetwork, x: Float32Array, label: number): Promise<number> {
  let [low, high] = [0, 0.5];
  for (let i = 0; i < 14; i++) {
    const middle = (low + high) / 2;
    if (await isProved(network, x, label, middle)) low = middle;
    else high = middle;
  }
  return low;
}

describe.skipIf(!haveCertify)('CROWN beside published figures', () => {
  const all = haveCertify ? (JSON.parse(read('oracle/min_radius.json')) as Radii[]) : [];

  it('certifies at least what DeepZ does of its own network', { timeout: 600_000 }, async () => {
    const network = await fixtureNetwork('../attack-oracles/art_deepz_mnist.onnx', 'float32');
    const { art_deepz_mnist: published } = JSON.parse(read('../attack-oracles/expected.json')) as {
      readonly art_deepz_mnist: { readonly expected: { readonly correct: number; readonly certified: number } };
    };
    const [correct, certified] = [0, 0.05].map(async (eps) => {
      let count = 0;
      // A ball of no size is the example itself.
      for (const { x, label } of mnist(100)) if (await isProved(network, x, label, eps)) count++;
      return count;
    });
    console.log(`art_deepz_mnist at 0.05: ${await correct} correct, ${await certified} certified (DeepZ ${published.expected.certified})`);
    expect(await correct).toBe(published.expected.correct);
    expect(await certified).toBeGreaterThanOrEqual(published.expected.certified);
    await network.release();
  });

  it.each(all.map((radii) => [radii.net, radii] as const))(
    '%s: mean radius not smaller by more than 1 %',
    { timeout: 600_000 },
    async (net, radii) => {
      const network = await fixtureNetwork(radii.onnx, 'real');
      const { mnist: images } = JSON.parse(read('oracle/images.json')) as {
        readonly mnist: { readonly pixels: readonly (readonly number[])[] };
      };
      const rows = radii.rows.filter((row): row is Row => 'CROWN' in row);
      const found: number[] = [];
      for (const { i, label } of rows)
        found.push(
          await radius(
            network,
            Float32Array.from(images.pixels[i] ?? [], (p) => p / 255),
            label,
          ),
        );
      const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      const stored = mean(rows.map(({ CROWN }) => CROWN));
      console.log(`${net}: mean radius ${mean(found).toFixed(5)} (auto_LiRPA ${stored.toFixed(5)}, ${rows.length} images)`);
      expect(mean(found)).toBeGreaterThanOrEqual(0.99 * stored);
      for (const [k, { PGD_upper }] of rows.entries()) expect(found[k]).toBeLessThanOrEqual(PGD_upper ?? Number.POSITIVE_INFINITY);
      await network.release();
    },
  );
});
