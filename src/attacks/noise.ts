/** Random noise of a given size, judged by repetition: the honest baseline beside every attack. */
import type { Rng } from '../rng/rng.ts';
import { keyedRng } from '../rng/rng.ts';
import type { AttackContext, AttackSample, Proposal } from './attack.ts';

/** Draws one noisy version of x0. */
export type Draw = (rng: Rng, x0: Float32Array) => Float32Array;

/** Up to `repeats` draws per example; an example stops at its first success. */
export async function noise(context: AttackContext<unknown>, id: string, repeats: number, draw: Draw, samples: readonly AttackSample[]): Promise<Proposal[]> {
  const { target, seed } = context;
  const proposals = new Map<number, Proposal>();
  let standing = [...samples];
  for (let i = 0; i < repeats && standing.length > 0; i++) {
    const tried = standing.map(({ index, x }) => draw(keyedRng(seed, id, index, i), x));
    const decisions = await target.judge.decide(tried);
    for (const [k, { index }] of standing.entries()) {
      proposals.set(index, { index, candidate: tried[k], queries: i + 1, gradients: 0 });
    }
    standing = standing.filter(({ label }, k) => decisions[k]?.label === label);
    context.onProgress?.(samples.length / repeats);
  }
  return samples.map(({ index }) => proposals.get(index) as Proposal);
}
