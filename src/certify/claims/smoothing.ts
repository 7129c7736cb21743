/**
 * Randomised smoothing (Cohen, Rosenfeld and Kolter, ICML 2019, arXiv:1902.02918): certificates in L2 for the *smoothed* classifier
 * g(x) = the class that the model gives most often to x + N(0, sigma²·I). They say nothing about the model itself.
 */
import { throwIfAborted } from '../../base/abort.ts';
import { GibbonError } from '../../base/errors.ts';
import { type Judge, NO_CLASS } from '../../model/judge.ts';
import { keyedRng } from '../../rng/rng.ts';
import { binomialTail } from '../../stats/binomial.ts';
import { normalQuantile } from '../../stats/normal.ts';
import { clopperPearsonLower } from '../../stats/proportion.ts';

export interface SmoothingSample {
  /** Position in the data set; the noise is keyed by it. */
  readonly index: number;
  /** Before normalisation: the noise is added in the units of epsilon, and the sum is not clipped. */
  readonly x: Float32Array;
}

/** What smoothing asks: the untouched model, one answer for each row. */
export interface Smoothing {
  readonly judge: Pick<Judge, 'answer'>;
  /** Standard deviation of the noise in each value. */
  readonly sigma: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with the rows that were asked. */
  readonly onAsked?: ((rows: number) => void) | undefined;
}

/** What the draws are for. Those that choose a class may not also count for it, or the count would be too high. */
export type Purpose = 'select' | 'estimate' | 'predict';

/** Rows that are made at a time. */
const AT_ONCE = 256;

/**
 * How often each label is given to draws `from` to `to` (excluded) of one sample's noise; answers with NaN in them are no class, and are left out.
 * A draw depends on seed, sample, purpose and its own number alone: counts over parts of a range, from any worker, add up to those of the whole.
 */
export async function noisyCounts(
  { judge, sigma, seed, signal, onAsked }: Smoothing,
  { index, x }: SmoothingSample,
  { purpose, from = 0, to }: { purpose: Purpose; from?: number; to: number },
): Promise<Map<number, number>> {
  assertNoise(sigma);
  const counts = new Map<number, number>();
  for (let at = from; at < to; at += AT_ONCE) {
    throwIfAborted(signal);
    const rows = Array.from({ length: Math.min(AT_ONCE, to - at) }, (_, i) => noisy(x, sigma, seed, [purpose, index, at + i]));
    for (const { label } of await judge.answer(rows)) if (label !== NO_CLASS) counts.set(label, (counts.get(label) ?? 0) + 1);
    onAsked?.(rows.length);
  }
  return counts;
}

function noisy(x: Float32Array, sigma: number, seed: number, key: readonly (string | number)[]): Float32Array {
  const noise = new Float32Array(x.length);
  keyedRng(seed, 'smoothing', ...key).fillNormal(noise, sigma);
  return x.map((value, i) => value + (noise[i] as number));
}

function assertNoise(sigma: number): void {
  if (sigma > 0 && Number.isFinite(sigma)) return;
  throw new GibbonError('E_USAGE', `smoothing adds noise of a standard deviation above 0, unlike ${sigma}`, {
    hint: 'The paper has 0.12 to 1 for images in [0, 1]; larger noise gives larger radii for fewer examples.',
  });
}

export interface SmoothedCertificate {
  /** The smoothed classifier's class; undefined: it abstains. */
  readonly label: number | undefined;
  /** L2, in the units of x: within it the smoothed classifier gives the same class, with a confidence of 1 − alpha. 0 where it abstains. */
  readonly radius: number;
  /** Of `n` draws, those that were given the class that was tried, and the lower bound of its share. */
  readonly count: number;
  readonly n: number;
  readonly share: number;
}

/**
 * The certificate that `count` of `n` answers for one class, chosen beforehand, give (Proposition 2 of the paper): radius sigma·Φ⁻¹(share), where the share
 * is the exact lower bound of Clopper and Pearson at `alpha`; at a share below one half it abstains.
 */
export function smoothedCertificate(
  label: number,
  count: number,
  { n, alpha, sigma }: { n: number; alpha: number; sigma: number },
): SmoothedCertificate {
  const share = clopperPearsonLower(count, n, alpha);
  if (share < 0.5) return { label: undefined, radius: 0, count, n, share };
  return { label, radius: sigma * normalQuantile(share), count, n, share };
}

export interface CertifyOptions {
  /** Draws that choose the class; the paper's 100. */
  readonly n0?: number;
  /** Draws that count it; the paper's 100 000. The largest radius that n can show is sigma·Φ⁻¹(alpha^(1/n)). */
  readonly n?: number;
  /** The probability that a certificate is wrong, for each sample on its own; the paper's 0.001. */
  readonly alpha?: number;
}

/** CERTIFY of the paper. @throws GibbonError E_USAGE for a sigma, n or alpha that make no sense */
export async function certifySmoothed(
  smoothing: Smoothing,
  sample: SmoothingSample,
  { n0 = 100, n = 100_000, alpha = 0.001 }: CertifyOptions = {},
): Promise<SmoothedCertificate> {
  assertDraws(Math.min(n0, n), alpha);
  const [label] = mostFrequent(await noisyCounts(smoothing, sample, { purpose: 'select', to: n0 }));
  if (label === undefined) return { label: undefined, radius: 0, count: 0, n: 0, share: 0 };
  const counts = await noisyCounts(smoothing, sample, { purpose: 'estimate', to: n });
  return smoothedCertificate(label, counts.get(label) ?? 0, { n, alpha, sigma: smoothing.sigma });
}

/**
 * PREDICT of the paper: the smoothed classifier's class, wrong with a probability of at most `alpha`; undefined: it abstains, since the two most frequent
 * classes cannot be told apart by the two-sided binomial test.
 */
export async function predictSmoothed(
  smoothing: Smoothing,
  sample: SmoothingSample,
  { n = 1000, alpha = 0.001 }: Pick<CertifyOptions, 'n' | 'alpha'> = {},
): Promise<number | undefined> {
  assertDraws(n, alpha);
  const counts = await noisyCounts(smoothing, sample, { purpose: 'predict', to: n });
  const [first, second] = mostFrequent(counts);
  if (first === undefined) return undefined;
  const [most, next] = [counts.get(first) ?? 0, second === undefined ? 0 : (counts.get(second) ?? 0)];
  // At p = 1/2 both tails are alike.
  return 2 * binomialTail(most, most + next, 0.5) <= alpha ? first : undefined;
}

function assertDraws(n: number, alpha: number): void {
  if (Number.isInteger(n) && n >= 1 && alpha > 0 && alpha < 1) return;
  throw new GibbonError('E_USAGE', `smoothing needs a whole number of draws and an alpha between 0 and 1, not ${n} and ${alpha}`, {
    hint: 'The paper has 100 draws to choose a class, 100 000 to count it, and alpha 0.001.',
  });
}

/** Labels, the most frequent first; of equals the smaller one. */
function mostFrequent(counts: ReadonlyMap<number, number>): number[] {
  return [...counts].sort(([a, x], [b, y]) => y - x || a - b).map(([label]) => label);
}
