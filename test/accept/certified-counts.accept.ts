/** How many of the first 1000 test images CROWN certifies, image by image beside auto_LiRPA's list (`fixtures/certify/oracle/certified_counts.json`). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mnist } from '../conformance/attacks-fixtures.ts';
import { around, CERTIFY, fixtureNetwork, haveCertify, margins } from '../support/bounds.ts';

interface Counts {
  readonly net: string;
  readonly onnx: string;
  readonly eps: number;
  readonly images: string;
  readonly clean_correct: number;
  readonly CROWN: { readonly certified: number; readonly ids: readonly number[] };
}

const N = 1000;

describe.skipIf(!haveCertify)('certified counts', () => {
  const all = haveCertify ? (JSON.parse(readFileSync(join(CERTIFY, 'oracle/certified_counts.json'), 'utf8')) as Counts[]) : [];
  const wanted = all.filter(({ images }) => images.includes('first 1000'));
  it('are of seven networks', () => expect(wanted).toHaveLength(7));
  it.each(wanted.map((counts) => [counts.net, counts] as const))('%s', { timeout: 3_600_000 }, async (name, counts) => {
    const real = await fixtureNetwork(counts.onnx, 'real');
    const deployed = await fixtureNetwork(counts.onnx, 'float32');
    const from = process.cpuUsage();
    const raw: number[] = [];
    const published: number[] = [];
    for (const { x, label, index } of mnist(N)) {
      const at = async (network: typeof real): Promise<number> => {
        const domain = around(network, x, { eps: counts.eps, norm: 'box', clip: [0, 1] });
        const { lower, error } = await margins(network, domain, label, 'crown');
        return Math.min(...lower.map((value, j) => (j === label ? Number.POSITIVE_INFINITY : value - (error[j] as number))));
      };
      if (!((await at(real)) > 0)) continue;
      raw.push(index);
      if ((await at(deployed)) > 0) published.push(index);
    }
    const { user, system } = process.cpuUsage(from);
    const theirs = new Set(counts.CROWN.ids);
    const more = raw.filter((id) => !theirs.has(id));
    const missed = counts.CROWN.ids.filter((id) => !raw.includes(id));
    console.log(
      `${name} at ${counts.eps}: ${raw.length} certified over the reals (reference ${counts.CROWN.certified}; beyond it ${more.join(' ') || 'none'}; missed ${missed.join(' ') || 'none'}), ${published.length} as deployed, ${((user + system) / 1e6 / N).toFixed(4)} s CPU an image for both`,
    );
    expect(missed).toEqual([]);
    await Promise.all([real.release(), deployed.release()]);
  });
});
