/** Robust accuracy against epsilon: a point broken in a smaller ball is broken in every larger one, so only survivors are attacked again. */
import { proportion } from '../stats/proportion.ts';
import type { Facts, RanAttack } from './assemble.ts';
import type { Reporter, Workers } from './ports.ts';
import type { Plan } from './presets.ts';
import type { CurvePoint } from './result.ts';
import { runAttack } from './run-attack.ts';
import type { AttackOrder, Subject } from './subject.ts';

export interface Tracing {
  readonly plan: Plan;
  readonly subject: Subject;
  readonly correct: AttackOrder['items'];
  readonly facts: Facts;
  readonly ran: readonly RanAttack[];
  readonly workers: Workers;
  readonly reporter: Reporter;
}

export async function traceCurve(tracing: Tracing): Promise<CurvePoint[]> {
  const { plan, correct, facts } = tracing;
  if (plan.curve.length === 0 || correct.length === 0) return [];
  const { clean, epsilon } = facts;
  const n = clean.length;
  const points: CurvePoint[] = [
    { epsilon: 0, robustAccuracy: proportion(correct.length, n), noiseAccuracy: proportion(correct.length, n) },
  ];
  let standing = correct;
  for (const factor of plan.curve) {
    const radius = factor * epsilon.value;
    standing = standing.filter(({ index }) => !brokenWithin(tracing.ran, index, facts.options.norm, radius));
    tracing.reporter.phase(`${facts.model.name}: accuracy at epsilon ${Number(radius.toPrecision(3))}`, standing.length);
    // At the audited epsilon all attacks have already run.
    if (factor !== 1) standing = await survivors(tracing, standing, radius);
    const quiet = await noise(tracing, radius);
    points.push({ epsilon: radius, robustAccuracy: proportion(standing.length, n), noiseAccuracy: proportion(quiet, n) });
  }
  return points;
}

/** Did some attack at the audited epsilon find a point that already lies within this radius? */
function brokenWithin(ran: readonly RanAttack[], index: number, norm: 'linf' | 'l2' | 'l1', radius: number): boolean {
  return ran.some(({ replies }) => {
    const reply = replies.get(index);
    return reply?.broken && reply.distances !== null && reply.distances[norm] <= radius * (1 + 1e-6);
  });
}

async function survivors(
  { subject, facts, workers, reporter, plan }: Tracing,
  items: Tracing['correct'],
  epsilon: number,
): Promise<Tracing['correct']> {
  if (items.length === 0) return items;
  const gradients = facts.prepared.unsupported.length === 0;
  const id = gradients ? 'pgd' : 'uniform-noise';
  // Few steps need longer ones: 2.5·epsilon/steps reaches any point of the ball (Madry et al.).
  const params = gradients ? { steps: plan.curveSteps, stepSize: (2.5 * epsilon) / plan.curveSteps } : { repeats: 10 };
  const { replies } = await runAttack(workers, reporter, { subject, items, attack: { id, params, norm: facts.options.norm, epsilon } });
  return items.filter(({ index }) => !replies.get(index)?.broken);
}

async function noise({ subject, facts, workers, correct }: Tracing, epsilon: number): Promise<number> {
  const silent: Reporter = { phase: () => {}, advance: () => {}, note: () => {} };
  const { replies } = await runAttack(workers, silent, {
    subject,
    items: correct,
    attack: { id: 'uniform-noise', params: { repeats: 1 }, norm: facts.options.norm, epsilon },
  });
  return correct.filter(({ index }) => !replies.get(index)?.broken).length;
}
