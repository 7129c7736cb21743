/** Robust accuracy against epsilon: a point broken in a smaller ball is broken in every larger one, so only survivors are attacked again. */
import { join } from 'node:path';
import { attackOf } from '../attacks/registry.ts';
import { GibbonError } from '../base/errors.ts';
import { proportion } from '../stats/proportion.ts';
import { distanceIn, type Metric } from '../threat/metric.ts';
import type { Asking } from './asking.ts';
import type { Facts, RanAttack, Traced } from './assemble.ts';
import type { AttackPlan } from './attack-plan.ts';
import { traceEdits } from './edit-curve.ts';
import type { Reporter, Workers } from './ports.ts';
import { scoreAttack } from './presets.ts';
import type { CurvePoint } from './result.ts';
import { runAttack } from './run-attack.ts';
import { totalWords } from './run-plan.ts';
import type { Spending } from './spending.ts';
import type { AttackOrder, Subject } from './subject.ts';

export interface Tracing {
  readonly plan: AttackPlan;
  readonly subject: Subject;
  readonly correct: AttackOrder['items'];
  readonly facts: Facts;
  readonly ran: readonly RanAttack[];
  readonly workers: Workers;
  readonly reporter: Reporter;
  readonly asking: Asking;
  readonly spending: Spending;
}

export async function traceCurve(tracing: Tracing): Promise<Traced> {
  try {
    return await traced(tracing);
  } catch (thrown) {
    // Points of which a part was not tried would flatter the model.
    if (!(thrown instanceof GibbonError && thrown.code === 'E_BUDGET')) throw thrown;
    tracing.spending.end(totalWords(tracing.facts.options));
    return { points: [], found: [] };
  }
}

async function traced(tracing: Tracing): Promise<Traced> {
  const { plan, correct, facts, ran } = tracing;
  if (facts.options.norm === 'edits') return curveOfEdits(tracing);
  const factors = plan.curve;
  if (factors.length === 0 || correct.length === 0) return { points: [], found: [] };
  const { clean, epsilon } = facts;
  const n = clean.length;
  const { norm } = facts.options;
  const found: RanAttack[] = [];
  const points: CurvePoint[] = [
    { epsilon: 0, robustAccuracy: proportion(correct.length, n), noiseAccuracy: proportion(correct.length, n) },
  ];
  let standing = correct;
  for (const factor of factors) {
    const radius = factor * epsilon.value;
    standing = standing.filter(({ index }) => !brokenWithin(ran, index, { norm, radius, whole: factor >= 1 }));
    tracing.reporter.phase(`${facts.model.name}: accuracy at epsilon ${Number(radius.toPrecision(3))}`, standing.length);
    // Noise that hits some other class than the wanted one proves nothing.
    const noise =
      plan.target === undefined ? await attacked(tracing, correct, { id: 'uniform-noise', params: { repeats: 1 }, radius }) : undefined;
    const strongest = strongestAt(tracing, radius);
    // At the audited epsilon all attacks have already run.
    const steps = factor === 1 || !strongest ? undefined : await attacked(tracing, standing, { ...strongest, radius });
    const fell = (index: number): boolean => [noise, steps].some((one) => one?.replies.get(index)?.broken);
    standing = standing.filter(({ index }) => !fell(index));
    if (factor <= 1) found.push(...[noise, steps].filter((one) => one !== undefined));
    const quiet = noise && correct.filter(({ index }) => !noise.replies.get(index)?.broken).length;
    points.push({
      epsilon: radius,
      robustAccuracy: proportion(standing.length, n),
      noiseAccuracy: quiet === undefined ? null : proportion(quiet, n),
    });
  }
  return { points, found };
}

/** The strongest attack of the plan: by gradients or, where there are none and where whole numbers mislead them, by scores. Who sees decisions only has walked to the nearest point already. */
function strongestAt({ plan, facts }: Tracing, radius: number): Pick<Order, 'id' | 'params'> | undefined {
  const { knowledge, target, curveSteps, queried } = plan;
  const { modality } = facts.prepared.preprocessing;
  const aim = target === undefined ? {} : { target };
  if (knowledge === 'labels' || knowledge === 'nothing') return undefined;
  if (knowledge === 'gradients' && modality !== 'table')
    return { id: 'pgd', params: { steps: curveSteps, stepSize: (STRETCH * radius) / curveSteps, ...aim } };
  const params = { maxQueries: Math.ceil(queried.maxQueries * CURVE_SHARE), ...aim };
  return { id: scoreAttack({ modality, norm: facts.options.norm }), params };
}

/** A plan without a curve, or a single attack, has no points for text either. */
async function curveOfEdits(tracing: Tracing): Promise<Traced> {
  const { plan, correct, facts, ran, reporter } = tracing;
  if (plan.curve.length === 0 || correct.length === 0 || plan.target !== undefined) return { points: [], found: [] };
  reporter.phase(`${facts.model.name}: accuracy by number of edits`, facts.epsilon.value);
  const noise = async (radius: number): Promise<RanAttack> => {
    const one = await attacked(tracing, correct, { id: 'random-edits', params: {}, radius });
    reporter.advance(1);
    return one;
  };
  return traceEdits({ facts, ran, correct: correct.map(({ index }) => index), noise });
}

/** Of the questions of the audited epsilon, so many for each other one. */
const CURVE_SHARE = 0.25;
/** Few steps need longer ones: 2.5·epsilon/steps reaches any point of the ball (Madry et al.). */
const STRETCH = 2.5;

/** Did an attack at the audited epsilon find a point within this radius? From the audited epsilon on, every point it found is. */
function brokenWithin(ran: readonly RanAttack[], index: number, ball: { norm: Metric; radius: number; whole: boolean }): boolean {
  return ran.some(({ replies }) => {
    const reply = replies.get(index);
    return reply?.broken && reply.distances !== null && (ball.whole || distanceIn(reply.distances, ball.norm) <= ball.radius);
  });
}

interface Order {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly radius: number;
}

async function attacked(tracing: Tracing, items: Tracing['correct'], { id, params, radius }: Order): Promise<RanAttack> {
  const { subject, facts, workers, reporter, asking } = tracing;
  const { folder: run, norm, batch } = facts.options;
  const folder = run === undefined ? undefined : join(run, 'adversarial', facts.model.name);
  const quiet: Reporter = { phase: () => {}, advance: () => {}, note: () => {} };
  const order = { subject, items, attack: { id, params, norm, epsilon: radius }, batch, folder, asking };
  const { replies, save, isSpent } = await runAttack(workers, id === 'uniform-noise' ? quiet : reporter, order);
  if (isSpent) throw new GibbonError('E_BUDGET', 'the questions to the endpoint are used up');
  return { unit: attackOf(id), planned: { id, params }, items, save, replies };
}
