/** Holds an attack's candidates to the rules: inside the ball, judged by the untouched model, on float32 and on the 8-bit picture as saved; of a table only as a row that the data could hold. */
import type { AttackSample, Proposal } from '../attacks/attack.ts';
import { asRows } from '../model/feasible.ts';
import { type Decision, NO_CLASS } from '../model/judge.ts';
import { isInside, type Measures, measure, type Pair, rounded } from '../model/measure.ts';
import type { Target } from '../model/target.ts';
import { isNumeric } from '../threat/metric.ts';
import type { AttackOrder, AttackReply } from './subject.ts';

/** An input that fooled the model, to be saved. */
export interface Kept {
  readonly index: number;
  readonly label: number;
  readonly x: Float32Array;
}

export interface Judging {
  readonly samples: readonly AttackSample[];
  readonly proposals: readonly Proposal[];
  /** Takes the inputs that fooled the model. */
  readonly kept: Kept[];
}

/** A point with what the model and the measures say of it. */
interface Point {
  readonly x: Float32Array;
  readonly decision: Decision;
  readonly measures: Measures;
  readonly fools: boolean;
}

type Candidate = Proposal & { readonly candidate: Float32Array };

export async function judged(
  target: Target,
  order: Pick<AttackOrder, 'attack'>,
  { samples, proposals, kept }: Judging,
): Promise<AttackReply[]> {
  const { norm, epsilon } = order.attack;
  const originals = new Map(samples.map((sample) => [sample.index, sample]));
  const original = (index: number): AttackSample => originals.get(index) as AttackSample;
  const candidates = proposals.filter((proposal): proposal is Candidate => proposal.candidate !== undefined);
  const proposed = candidates.map(({ index, candidate }): Pair => ({ original: original(index).x, candidate }));
  const pairs = await asRows(target, proposed, norm, epsilon);
  const isImage = target.preprocessing.modality === 'image';
  const fools = (at: number, decided: number): boolean =>
    isFooled(original((candidates[at] as Candidate).index).label, decided, candidates[at]?.goal);
  const judge = async (own: readonly Pair[]): Promise<Point[]> => {
    const decisions = await target.judge.decide(own.map(({ candidate }) => candidate));
    if (target.judge.votes > 1) await confirm(target, own, decisions, (i, { label }) => fools(i, label));
    const measures = await measure(target, own);
    return own.map(({ candidate }, i): Point => {
      const [decision, measured] = [decisions[i] as Decision, measures[i] as Measures];
      // A candidate outside the ball proves nothing about it; minimal-norm attacks may end there.
      return { x: candidate, decision, measures: measured, fools: fools(i, decision.label) && isInside(measured, norm, epsilon) };
    });
  };
  const points = await judge(pairs);
  const levels = isImage && isNumeric(norm) ? await rounded(target, pairs, norm, epsilon) : [];
  const saved = await judge(levels.map((candidate, i) => ({ original: (pairs[i] as Pair).original, candidate })));
  const replies = new Map<number, AttackReply>();
  for (const [i, { index, queries, gradients, training, transform, slope, stages, firstSuccess }] of candidates.entries()) {
    const [plain, picture] = [points[i] as Point, saved[i]];
    // Rounding may help the attacker: a picture that fools the model inside the ball is an adversarial input like any other.
    const worst = !plain.fools && picture?.fools ? picture : plain;
    if (worst.fools) kept.push({ index, label: original(index).label, x: worst.x });
    const { size: _, ...distances } = worst.measures;
    const found = { broken: worst.fools, ...worst.decision, distances, broken8bit: picture ? picture.fools : null };
    const more = {
      ...(training !== undefined && { training }),
      ...(transform && { transform }),
      ...(slope && { slope }),
      ...(stages && { stages }),
      ...(firstSuccess !== undefined && { firstSuccess }),
    };
    replies.set(index, { index, ...found, queries, gradients, ...more });
  }
  return proposals.map((proposal) => replies.get(proposal.index) ?? withoutCandidate(proposal, original(proposal.index).label, isImage));
}

/** Of several attacks that try, one may meet a lucky vote: what fools a random model has to do it in a second one, too. */
async function confirm(
  { judge }: Target,
  own: readonly Pair[],
  decisions: Decision[],
  fools: (i: number, decision: Decision) => boolean,
): Promise<void> {
  const hits = own.flatMap((_, i) => (fools(i, decisions[i] as Decision) ? [i] : []));
  const again = await judge.decide(hits.map((i) => (own[i] as Pair).candidate));
  for (const [k, i] of hits.entries()) if (!fools(i, again[k] as Decision)) decisions[i] = again[k] as Decision;
}

/** A targeted attack must reach its class; NaN is no decision at all. */
function isFooled(truth: number, decided: number, goal: number | undefined): boolean {
  return decided !== NO_CLASS && decided !== truth && (goal === undefined || decided === goal);
}

function withoutCandidate({ index, queries, gradients }: Proposal, label: number, isImage: boolean): AttackReply {
  return { index, broken: false, label, confidence: 0, distances: null, broken8bit: isImage ? false : null, queries, gradients };
}
