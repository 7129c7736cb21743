/** Attacks on examples before anything is proved of them: strong ones with modest budgets, each on what the one before left; the judge decides. */
import type { AttackSample } from '../../attacks/attack.ts';
import { defaultBatch } from '../../attacks/iterate.ts';
import { attackOf } from '../../attacks/registry.ts';
import { judged } from '../judging.ts';
import type { AttackOrder, AttackReply } from '../subject.ts';
import type { Opened } from '../work.ts';
import type { CertifyOrder } from './order.ts';

/** What attacks know of an example. */
export interface Met {
  readonly upper: number | undefined;
  readonly isBroken: boolean;
}

/** Steps of each attack, and wrong classes that the targeted one tries. */
const STEPS = 50;
const GOALS = 5;
/** Farther than any data. */
const FAR = 1e6;

export async function attackFirst(
  opened: Opened,
  order: CertifyOrder,
  samples: readonly AttackSample[],
  onStep: () => void,
): Promise<Met[]> {
  const found = new Map<number, Met>();
  if (opened.target.unsupported.length > 0) return samples.map(() => ({ upper: undefined, isBroken: false }));
  const { norm, epsilon } = order;
  const note = (replies: readonly AttackReply[], isBall: boolean): void => {
    for (const { index, broken, distances } of replies) {
      if (!broken || !distances) continue;
      const known = found.get(index);
      const upper = Math.min(known?.upper ?? Number.POSITIVE_INFINITY, distances[norm]);
      found.set(index, { upper, isBroken: known?.isBroken === true || isBall || upper <= epsilon });
    }
  };
  const run = async (attack: Pick<AttackOrder['attack'], 'id' | 'params' | 'epsilon'>): Promise<void> => {
    const left = samples.filter(({ index }) => !found.get(index)?.isBroken);
    if (left.length === 0) return;
    const { subject } = order;
    const own = { ...attack, norm };
    const context = {
      ...own,
      target: opened.target,
      seed: subject.seed,
      batch: Math.min(defaultBatch(opened.target), left.length),
      onStep,
    };
    const proposals = await attackOf(attack.id).run(context, left);
    note(await judged(opened.target, { attack: own }, { samples: left, proposals, kept: [] }), attack.epsilon === epsilon);
  };
  if (order.most !== undefined) await run({ id: 'fmn', params: { steps: 2 * STEPS }, epsilon: FAR });
  await run({ id: 'apgd', params: { steps: STEPS }, epsilon });
  const { classes } = opened.target.task;
  const last =
    classes < 4
      ? { id: 'pgd', params: { steps: STEPS, loss: 'margin' } }
      : { id: 'apgd-targeted', params: { steps: STEPS, goals: Math.min(GOALS, classes - 1) } };
  await run({ ...last, epsilon });
  return samples.map(({ index }) => found.get(index) ?? { upper: undefined, isBroken: false });
}
