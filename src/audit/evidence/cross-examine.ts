/**
 * Attacks the examples that withstood the plan once more: all of them with scores only where questions are cheap; a sample with twice the steps, with other random starts, with a step size that adapts; and a sample towards a class of
 * the attacker's choice. What falls now counts; how much falls tells whether the plan's gradients could be trusted (Carlini et al., arXiv:1902.06705).
 */
import { join } from 'node:path';
import { strideOf } from '../../attacks/evasion/pgd.ts';
import { attackOf } from '../../attacks/registry.ts';
import { GibbonError } from '../../base/errors.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { keyedRng } from '../../rng/rng.ts';
import type { Norm } from '../../threat/ball.ts';
import { isNorm } from '../../threat/metric.ts';
import type { AttackPlan } from '../attack-plan.ts';
import { type PlannedAttack, scoreAttack } from '../presets.ts';
import type { RanAttack } from '../ran.ts';
import { runAttack } from '../run-attack.ts';
import { type PlanRun, totalWords } from '../run-plan.ts';
import type { AttackOrder } from '../subject.ts';
import { type Steadiness, steadinessTask } from '../tasks/steadiness.ts';
import type { CrossExamination, Trial } from './examination.ts';

type Items = AttackOrder['items'];
type AimedRun = PlanRun & { readonly plan: AttackPlan };

export async function crossExamine(run: AimedRun, ran: readonly RanAttack[]): Promise<CrossExamination> {
  const { plan, correct, facts, failures, spending } = run;
  const { seed } = facts.options;
  const draw = (items: Items, purpose: string): Items =>
    keyedRng(seed, 'cross-examine', purpose)
      .shuffle(items)
      .slice(0, plan.evidence.n)
      .sort((a, b) => a.index - b.index);
  const cut: string[] = [];
  const steadiness = await steadinessOf(run, draw(correct, 'steadiness'), cut);
  const fell = new Set(ran.flatMap(({ replies }) => [...replies.values()].filter(({ broken }) => broken).map(({ index }) => index)));
  const standing = correct.filter(({ index }) => !fell.has(index));
  const again = draw(standing, 'standing');
  const trials: Partial<Record<Trial, RanAttack>> = {};
  for (const { trial, planned, attackSeed, isWhole } of trialsOf(run, ran)) {
    const items = trial === 'targeted' ? draw(correct, 'targeted') : isWhole ? standing : again;
    if (items.length === 0 || failures.hopeless) continue;
    const name = `${attackOf(planned.id).name} on what withstood`;
    if (spending.over() !== undefined) {
      cut.push(name);
      continue;
    }
    await failures.attempt(name, async () => {
      trials[trial] = await attacked(run, { planned, items, attackSeed });
    });
  }
  return { trials, correct: correct.length, standing: standing.length, steadiness, cut };
}

/** The same questions again and again, unless a single attack was asked for, or the questions are used up. */
async function steadinessOf({ facts, subject, asking, spending, failures }: PlanRun, items: Items, cut: string[]): Promise<Steadiness[]> {
  if (facts.options.only || failures.hopeless) return [];
  const found: Steadiness[] = [];
  await failures.attempt(STEADINESS, async () => {
    try {
      const asked = items.map(({ index }) => ({ index }));
      found.push(...(await asking.rows(steadinessTask, { subject }, asked)).values());
    } catch (thrown) {
      if (!(thrown instanceof GibbonError && thrown.code === 'E_BUDGET')) throw thrown;
      spending.end(totalWords(facts.options));
      cut.push(STEADINESS);
    }
  });
  return found;
}

const STEADINESS = 'the same input again and again';

interface Planned {
  readonly trial: Trial;
  readonly planned: PlannedAttack;
  readonly attackSeed?: number | undefined;
  /** On everything that withstood, not on a sample. */
  readonly isWhole?: boolean | undefined;
}

/** Only where gradients were used: their figures are what is to be examined. */
function trialsOf({ plan, facts }: AimedRun, ran: readonly RanAttack[]): Planned[] {
  const { norm, seed, only } = facts.options;
  const pgd = ran.find(({ unit }) => unit.id === 'pgd')?.planned;
  if (!pgd || only || !isNorm(norm)) return [];
  const { steps, stepSize } = strideOf(norm, facts.epsilon.value, pgd.params);
  const id = scoreAttack({ modality: facts.prepared.preprocessing.modality, norm });
  const asked = ran.some(({ unit }) => unit.id === id) || (plan.target !== undefined && !('target' in attackOf(id).params.shape));
  const aim = plan.target === undefined ? {} : { target: plan.target };
  const { whole } = plan.evidence;
  const isWhole = whole !== undefined && sizeOf(facts.prepared.preprocessing.shape) <= whole.maxSize;
  const { maxQueries } = isWhole ? whole : plan.evidence;
  return [
    ...(asked ? [] : [{ trial: 'scores' as const, planned: { id, params: { maxQueries, ...aim } }, isWhole }]),
    { trial: 'steps', planned: { id: 'pgd', params: { ...pgd.params, steps: 2 * steps, stepSize } } },
    { trial: 'restarts', planned: pgd, attackSeed: seed + 1 },
    ...adaptive(norm, plan.target, facts.prepared.data.classes),
    // An attacker who wants one class gains nothing from another one.
    ...(plan.target === undefined
      ? [{ trial: 'targeted' as const, planned: { id: 'pgd', params: { ...pgd.params, restarts: 1, target: 'least-likely' } } }]
      : []),
  ];
}

/** A step size that finds itself, on another loss than the plan's; it knows no L1 ball and aims at no single class. */
function adaptive(norm: Norm, target: number | undefined, classes: number): Planned[] {
  if (norm === 'l1' || target !== undefined) return [];
  return [{ trial: 'adaptive', planned: { id: 'apgd', params: { loss: classes < 3 ? 'cross-entropy' : 'dlr' } } }];
}

async function attacked(
  { subject, facts, workers, reporter, asking, spending }: PlanRun,
  { planned, items, attackSeed }: Omit<Planned, 'trial'> & { items: Items },
): Promise<RanAttack> {
  const { options, model, epsilon } = facts;
  const unit = attackOf(planned.id);
  reporter.phase(`${model.name}: ${unit.name} on what withstood`, items.length);
  const folder = options.folder === undefined ? undefined : join(options.folder, 'adversarial', model.name);
  const attack = {
    id: planned.id,
    params: planned.params,
    norm: options.norm,
    epsilon: epsilon.value,
    ...(attackSeed !== undefined && { seed: attackSeed }),
  };
  const { save, replies } = await runAttack(workers, reporter, { subject, items, attack, batch: options.batch, folder, asking });
  for (const reply of replies.values()) spending.add(reply);
  return { unit, planned, items, save, replies };
}
