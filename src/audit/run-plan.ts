/** Runs the attacks of a plan one after the other; one that fails is noted and does not keep the next from running. */
import { join } from 'node:path';
import { attackOf } from '../attacks/registry.ts';
import { GibbonError } from '../base/errors.ts';
import { keyedRng } from '../rng/rng.ts';
import type { Asking } from './asking.ts';
import type { Failures } from './failures.ts';
import type { Reporter, Workers } from './ports.ts';
import type { Plan, PlannedAttack } from './presets.ts';
import type { Facts, RanAttack } from './ran.ts';
import { runAttack } from './run-attack.ts';
import { type Spending, slices, spentOn } from './spending.ts';
import type { AttackOrder, AttackReply, Subject } from './subject.ts';
import { lookAtTeacher } from './tasks/look-at-teacher.ts';

/** Examples that a label-only attack may start from, or learn from. */
const STARTS = 64;
const LEARNT = 1000;

export interface PlanRun {
  readonly plan: Plan;
  readonly facts: Facts;
  readonly subject: Subject;
  /** The examples that the model classifies correctly. */
  readonly correct: AttackOrder['items'];
  readonly workers: Workers;
  readonly reporter: Reporter;
  readonly failures: Failures;
  /** Seconds by what they were spent on, added to here. */
  readonly timings: Record<string, number>;
  readonly asking: Asking;
  readonly spending: Spending;
}

export interface RanPlan {
  readonly ran: readonly RanAttack[];
  /** What of the plan the budget did not reach, as words; undefined where it reached everything. */
  readonly unreached: string | undefined;
  /** Names of those attacks. */
  readonly cut: readonly string[];
}

/** @throws GibbonError E_NOT_APPLICABLE when no attack applies; the first failure when none ran to its end */
export async function runPlan(run: PlanRun): Promise<RanPlan> {
  const { plan, facts, correct, failures, spending } = run;
  const ran: RanAttack[] = [];
  const left: { readonly name: string; readonly missed?: number }[] = [];
  // Data in folders comes class by class: whoever takes only some examples must take them from everywhere.
  const shuffled = keyedRng(facts.options.seed, 'order').shuffle(correct);
  for (const planned of plannedFor(plan, facts)) {
    if (failures.hopeless) break;
    const { name } = attackOf(planned.id);
    if (spending.over() !== undefined) {
      left.push({ name });
      continue;
    }
    await failures.attempt(name, async () => {
      const one = await runPlanned(run, planned, shuffled);
      if (one.items.length > 0 || one.missed === 0) ran.push(one);
      if (one.planned !== planned) left.push(one.items.length > 0 ? { name, missed: one.missed } : { name });
    });
  }
  const failure = failures.first('', '');
  if (failure && ran.length === 0) throw failure;
  const over = spending.over();
  if (over === undefined || left.length === 0) return { ran, unreached: undefined, cut: [] };
  const words = left.map(({ name, missed }) => (missed === undefined ? name : `${name} on ${missed} examples`));
  return { ran, unreached: `${over} were used up before ${words.join(', ')}`, cut: left.map(({ name }) => name) };
}

const byIndex = (a: { readonly index: number }, b: { readonly index: number }): number => a.index - b.index;

/** One attack on all of its examples or, where there is a budget, on as many as it reaches. */
async function runPlanned(run: PlanRun, planned: PlannedAttack, shuffled: AttackOrder['items']): Promise<RanAttack & { missed: number }> {
  const { facts, subject, correct, workers, reporter, timings, asking, spending } = run;
  const { options, model, epsilon } = facts;
  const unit = attackOf(planned.id);
  const whole = planned.limit === undefined ? correct : shuffled.slice(0, planned.limit).sort(byIndex);
  // What a budget reaches is a sample of everything, not of the first classes.
  const items = spending.isLimited ? shuffled.slice(0, whole.length) : whole;
  const starts = shuffled.slice(0, unit.learns ? LEARNT : STARTS);
  const folder = options.folder === undefined ? undefined : join(options.folder, 'adversarial', model.name);
  const attack = { id: planned.id, params: planned.params, norm: options.norm, epsilon: epsilon.value };
  const teacher =
    unit.takesTeacher && options.surrogate !== undefined ? await asking.once(lookAtTeacher, { model: options.surrogate }) : undefined;
  reporter.phase(`${model.name}: ${unit.name}`, items.length);
  const replies = new Map<number, AttackReply>();
  const tried: AttackOrder['items'][number][] = [];
  let save: string | undefined;
  const common = { subject, attack, starts, teacher, batch: options.batch, folder, asking };
  for (const [at, slice] of slices(items, spending).entries()) {
    if (at > 0 && spending.over() !== undefined) break;
    const outcome = await runAttack(workers, reporter, { ...common, items: slice });
    timings.attackCpu = (timings.attackCpu ?? 0) + outcome.cpuSeconds;
    // From the start of this process, which is where a user's wait begins.
    if (outcome.firstStepAt !== undefined) timings.firstStep ??= (outcome.firstStepAt - performance.timeOrigin) / 1000;
    const before = spentOn([...replies.values()]);
    for (const [index, reply] of outcome.replies) replies.set(index, reply);
    const after = spentOn([...replies.values()]);
    spending.add({ queries: after.queries - before.queries, gradients: after.gradients - before.gradients });
    tried.push(...slice.filter(({ index }) => outcome.replies.has(index)));
    save = outcome.save;
    if (outcome.isSpent) spending.end(totalWords(options));
  }
  const missed = items.length - tried.length;
  return { unit, planned: missed > 0 ? { ...planned, limit: tried.length } : planned, items: tried.sort(byIndex), save, replies, missed };
}

/** The budget of questions to an endpoint, in words. */
export const totalWords = ({ budgets }: Facts['options']): string => `${budgets?.total ?? 0} questions to the endpoint`;

/** @throws GibbonError E_NOT_APPLICABLE where the plan is empty */
function plannedFor({ attacks }: Plan, { options }: Facts): Plan['attacks'] {
  if (attacks.length > 0) return attacks;
  throw new GibbonError(
    'E_NOT_APPLICABLE',
    options.norm === 'edits' ? 'no attack on text is among those asked for' : `no attack applies to this model in the ${options.norm} norm`,
    {
      hint: 'Try another --norm; `gibbon plan` says why each attack was left out.',
    },
  );
}
