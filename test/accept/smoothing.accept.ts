/**
 * Randomised smoothing on stored models beside what the published code answered on the same images (`bench/smoothing.py`; its rows are in `smoothing/`): both
 * abstain on the same images wherever draws can tell, and their radii differ by no more than draws do.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certifySmoothed, predictSmoothed, type SmoothedCertificate, smoothedCertificate } from '../../src/certify/claims/smoothing.ts';
import { absent, because, fixture, MNIST, mnist, targetAt } from '../conformance/attacks-fixtures.ts';

interface Peer {
  readonly sigma: number;
  readonly n: number;
  readonly rows: readonly {
    readonly index: number;
    readonly label: number;
    readonly certified: number;
    readonly radius: number;
    readonly predicted: number;
  }[];
}

const FOLDER = join(import.meta.dirname, 'smoothing');
const ALPHA = 0.001;
/** Two counts of the same share differ by more with a probability of 6e-5, which a hundred images are few for. */
const ERRORS = 4;

describe.skipIf(absent)(`smoothing of stored models${because}`, () => {
  it.each(readdirSync(FOLDER))('%s', { timeout: 1_800_000 }, async (file) => {
    const { sigma, n, rows } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Peer;
    const target = await targetAt(fixture(`mnist/mnist_lenet5_${file.split('-')[0]}.onnx`), MNIST);
    const smoothing = { judge: target.judge, sigma, seed: 0 };
    /** What the certificate would be for a count so many standard errors of a difference away. */
    const shifted = ({ count }: SmoothedCertificate, errors: number): SmoothedCertificate => {
      const share = count / n;
      const moved = count + errors * Math.sqrt(2 * n * Math.max(share * (1 - share), 1 / n));
      return smoothedCertificate(0, Math.min(n, Math.max(0, Math.round(moved))), { n, alpha: ALPHA, sigma });
    };
    const images = mnist(rows.length);
    const differ: string[] = [];
    let [ours, theirs, correct, agreed] = [0, 0, 0, 0];
    for (const { index, label, certified, radius, predicted } of rows) {
      const sample = images[index] as (typeof images)[number];
      expect(sample.label).toBe(label);
      const own = await certifySmoothed(smoothing, sample, { n0: 100, n, alpha: ALPHA });
      const [low, high] = [shifted(own, -ERRORS), shifted(own, ERRORS)];
      ours += own.label === undefined ? 1 : 0;
      theirs += certified < 0 ? 1 : 0;
      correct += own.label === label ? 1 : 0;
      agreed += (own.label ?? -1) === certified ? 1 : 0;
      // An abstention whose class was badly chosen says nothing of the count of the best one.
      const isClear =
        own.label === undefined ? certified < 0 || high.label !== undefined : certified === own.label || low.label === undefined;
      const isNear = certified !== own.label || (radius >= low.radius - 1e-9 && radius <= high.radius + 1e-9);
      if (!isClear || !isNear)
        differ.push(`${index}: ${own.label ?? 'abstains'} ${own.radius.toFixed(3)}, published code ${certified} ${radius.toFixed(3)}`);
      const answer = await predictSmoothed(smoothing, sample, { n: 1000, alpha: ALPHA });
      // Two answers, each wrong with a probability of at most alpha.
      if (answer !== undefined && predicted >= 0 && answer !== predicted)
        differ.push(`${index}: predicts ${answer}, published code ${predicted}`);
    }
    console.log(
      `${file}: abstains on ${ours} of ${rows.length} (published code ${theirs}), same answer on ${agreed}, right class on ${correct}`,
    );
    expect(differ).toEqual([]);
    await target.release();
  });
});
