/** Attacks on examples before anything is proved of them: strong ones with modest budgets, each on what the one before left; the judge decides. */
import type { AttackSample, Proposal } from '../../attacks/attack.ts';
import { defaultBatch } from '../../attacks/iterate.ts';
import { attackOf } from '../../attacks/registry.ts';
import { judged, type Kept } from '../judging.ts';
import { scoreAttack } from '../presets.ts';
import type { AttackOrder, AttackReply } from '../subject.ts';
import { type Opened, saveRows } from '../work.ts';
import type { CertifyOrder, Witness } from './order.ts';
import { witnessPrefix } from './witness.ts';

/** What attacks know of an example. */
export interface Met {
  /** Distance of the nearest point that fools the model, also beyond epsilon. */
  readonly upper: number | undefined;
  /** Does one lie within epsilon? */
  readonly isBroken: boolean;
  /** That one, where this certifier's own attacks found it. */
  readonly witness?: Witness;
}

/** Steps of each attack, and wrong classes that the targeted one tries. */
const STEPS = 50;
const GOALS = 5;
/** Questions for each example, where there are no gradients. */
const QUERIES = 1000;
/** Farther than any data. */
const FAR = 1e6;

type Found = Map<number, Met>;
type Chosen = Pick<AttackOrder['attack'], 'id' | 'params' | 'epsilon'>;

/** What was met on each of the samples, in their order; the witnesses are written into the run's folder. */
export async function attackFirst(
  opened: Opened,
  order: CertifyOrder,
  samples: readonly AttackSample[],
  onStep: () => void,
): Promise<Met[]> {
  const { target } = opened;
  const found: Found = new Map();
  const { epsilon } = order;
  for (const chosen of target.unsupported.length > 0 ? byScores(order, target) : attacksOf(order, target.task.classes)) {
    const left = samples.filter(({ index }) => !found.get(index)?.isBroken);
    if (left.length === 0) break;
    const attack = { ...chosen, norm: order.norm };
    const batch = Math.min(defaultBatch(target), left.length);
    const proposals = await attackOf(chosen.id).run({ ...attack, target, seed: order.subject.seed, batch, onStep }, left);
    // A walk that looks for the nearest point is asked first how far it came, then what it found within epsilon.
    const near =
      chosen.epsilon === epsilon
        ? proposals
        : noteFar(found, attack, await judged(target, { attack }, { samples: left, proposals, kept: [] }), { proposals, epsilon });
    const kept: Kept[] = [];
    const within = { ...attack, epsilon };
    noteNear(found, within, await judged(target, { attack: within }, { samples: left, proposals: near, kept }));
    await saved(opened, order, kept);
  }
  return samples.map(({ index }) => found.get(index) ?? { upper: undefined, isBroken: false });
}

function attacksOf({ most, epsilon }: CertifyOrder, classes: number): Chosen[] {
  return [
    ...(most === undefined ? [] : [{ id: 'fmn', params: { steps: 2 * STEPS }, epsilon: FAR }]),
    { id: 'apgd', params: { steps: STEPS }, epsilon },
    classes < 4
      ? { id: 'pgd', params: { steps: STEPS, loss: 'margin' }, epsilon }
      : { id: 'apgd-targeted', params: { steps: STEPS, goals: Math.min(GOALS, classes - 1) }, epsilon },
  ];
}

/** Where there are no gradients. */
function byScores({ epsilon, norm }: CertifyOrder, { preprocessing: { modality } }: Opened['target']): Chosen[] {
  return [{ id: scoreAttack({ modality, norm }), params: { maxQueries: QUERIES }, epsilon }];
}

/** Notes how far away what fools the model lies. @returns the proposals that lie within epsilon */
function noteFar(
  found: Found,
  { norm }: Pick<CertifyOrder, 'norm'>,
  replies: readonly AttackReply[],
  { proposals, epsilon }: { readonly proposals: readonly Proposal[]; readonly epsilon: number },
): Proposal[] {
  const hits = replies.flatMap(({ index, broken, distances }) => (broken && distances ? [{ index, upper: distances[norm] }] : []));
  for (const { index, upper } of hits) found.set(index, { upper, isBroken: false });
  const near = new Set(hits.flatMap(({ index, upper }) => (upper <= epsilon ? [index] : [])));
  return proposals.filter(({ index }) => near.has(index));
}

function noteNear(
  found: Found,
  { id, norm }: { readonly id: string; readonly norm: CertifyOrder['norm'] },
  replies: readonly AttackReply[],
): void {
  for (const { index, broken, distances, label, confidence, broken8bit } of replies) {
    if (!broken || !distances) continue;
    const witness = { attack: id, label, confidence, distances, survives8bit: broken8bit };
    found.set(index, { upper: Math.min(found.get(index)?.upper ?? Number.POSITIVE_INFINITY, distances[norm]), isBroken: true, witness });
  }
}

async function saved({ target }: Opened, order: CertifyOrder, kept: readonly Kept[]): Promise<void> {
  const prefix = witnessPrefix(order);
  if (prefix === undefined) return;
  for (const one of kept) await saveRows(`${prefix}-${one.index}.npz`, [one], target.preprocessing.shape);
}
