/** Random noise of a given size, judged by repetition: the honest baseline beside every attack. */
import { throwIfAborted } from '../base/abort.ts';
import type { Decision } from '../model/judge.ts';
import type { Rng } from '../rng/rng.ts';
import { keyedRng } from '../rng/rng.ts';
import type { Metric } from '../threat/metric.ts';
import type { AttackContext, AttackSample, Proposal } from './attack.ts';
import { decided } from './iterate.ts';

/** Draws one noisy version of x0. */
export type Draw = (rng: Rng, x0: Float32Array) => Float32Array;

/** Examples whose noisy versions are held at a time. */
const AT_ONCE = 256;

/** Up to `repeats` draws per example; an example stops at its first success. */
export async function noise(
  context: AttackContext<unknown, Metric>,
  id: string,
  repeats: number,
  draw: Draw,
  samples: readonly AttackSample[],
): Promise<Proposal[]> {
  const proposals: Proposal[] = [];
  for (let at = 0; at < samples.length; at += AT_ONCE) {
    proposals.push(
      ...(await drawn(context, (index, i, x) => draw(keyedRng(context.seed, id, index, i), x), repeats, samples.slice(at, at + AT_ONCE))),
    );
  }
  return proposals;
}

async function drawn(
  { target, signal, onProgress, onProposal }: AttackContext<unknown, Metric>,
  draw: (index: number, repeat: number, x0: Float32Array) => Float32Array,
  repeats: number,
  samples: readonly AttackSample[],
): Promise<Proposal[]> {
  const proposals = new Map<number, Proposal>();
  let standing = samples;
  for (let i = 0; i < repeats && standing.length > 0; i++) {
    throwIfAborted(signal);
    const tried = standing.map(({ index, x }) => draw(index, i, x));
    const decisions = await target.judge.decide(tried);
    standing = standing.filter(({ index, label }, k) => {
      const [candidate, decision] = [tried[k], decisions[k] as Decision];
      const broken = decided(decision) && decision.label !== label;
      const proposal: Proposal = { index, candidate, queries: i + 1, gradients: 0 };
      proposals.set(index, proposal);
      if (broken || i === repeats - 1) {
        onProposal?.(proposal);
        onProgress?.(1);
      }
      return !broken;
    });
  }
  return samples.map(({ index }) => proposals.get(index) as Proposal);
}
