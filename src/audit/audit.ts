/** An audit from end to end: look, agree on the input, attack, judge, conclude. Every process is told what to do in plain JSON. */
import { join } from 'node:path';
import type { Attack } from '../attacks/attack.ts';
import { attackOf } from '../attacks/registry.ts';
import { GibbonError, toGibbonError } from '../base/errors.ts';
import { subset } from '../data/subset.ts';
import { describe } from '../model/preprocessing.ts';
import { imageSize } from '../model/rows.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { type Budget, DEFAULT_EPSILON, epsilonKind, parseEpsilon } from '../threat/epsilon.ts';
import { assemble, type Facts, type Failure, type RanAttack } from './assemble.ts';
import { traceCurve } from './curve.ts';
import { drawExamples } from './examples.ts';
import { clearAdversarial } from './leftovers.ts';
import type { AuditOptions } from './options.ts';
import type { Reporter, Workers } from './ports.ts';
import { PLANS, type Plan, type PlannedAttack, withoutGradients } from './presets.ts';
import type { CurvePoint, ModelResult } from './result.ts';
import { runAttack } from './run-attack.ts';
import { shards } from './shards.ts';
import type { CleanReply, Prepared, Subject, SubjectSpec } from './subject.ts';

export interface Audited {
  readonly result: ModelResult;
  readonly timings: Readonly<Record<string, number>>;
  /** The first thing that died, hung or failed while the rest was finished. */
  readonly failure: GibbonError | undefined;
}

/** Audits one model. @throws GibbonError for anything that the user can mend */
export async function auditModel(
  options: AuditOptions,
  model: AuditOptions['models'][number],
  { workers, reporter }: { workers: Workers; reporter: Reporter },
): Promise<Audited> {
  const spec: SubjectSpec = { model: model.path, data: options.data, flags: options.flags, threads: options.threads, seed: options.seed };
  const timings: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const value = await work();
    timings[name] = (timings[name] ?? 0) + (performance.now() - started) / 1000;
    return value;
  };
  reporter.phase(`${model.name}: looking at model and data`, 1);
  const prepared = await timed('prepare', () => workers.run<Prepared>('prepare', spec));
  for (const line of assumptions(prepared)) reporter.note(`${model.name}: ${line}`);
  const subject: Subject = { ...spec, preprocessing: prepared.preprocessing };
  const plan = planOf(options, prepared);
  const chosen = subset(
    { length: prepared.labels.length, labels: Int32Array.from(prepared.labels) },
    { ...chosenBy(options, plan), seed: options.seed },
  );
  const epsilon = budgetOf(options, prepared);
  reporter.phase(`${model.name}: clean accuracy`, chosen.length);
  const clean = await timed('clean', () => cleanOf(workers, reporter, subject, chosen));
  const facts: Facts = { options, model, prepared, clean, epsilon };
  const correct = clean.filter(({ index, label }) => label === prepared.labels[index]).map(({ index, label }) => ({ index, label }));
  const ran: RanAttack[] = [];
  const failures: Failure[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((thrown: unknown) => failures.push(survivable(thrown, what)));
  };
  if (options.folder !== undefined) await clearAdversarial(options.folder, model.name);
  for (const planned of plannedFor(plan, prepared, options)) {
    const unit = attackOf(planned.id);
    if (failures.filter(({ fatal }) => fatal).length >= MOST_FATAL) break;
    const items = planned.limit === undefined ? correct : correct.slice(0, planned.limit);
    reporter.phase(`${model.name}: ${unit.name}`, items.length);
    const save = options.folder === undefined ? undefined : join(options.folder, 'adversarial', model.name, `${ran.length}-${planned.id}`);
    const order = {
      subject,
      items,
      attack: { id: planned.id, params: planned.params, norm: options.norm, epsilon: epsilon.value },
      batch: options.batch,
      save,
    };
    await attempt(unit.name, async () => {
      const outcome = await timed('attack', () => runAttack(workers, reporter, order));
      timings.attackCpu = (timings.attackCpu ?? 0) + outcome.cpuSeconds;
      ran.push({ unit, planned, items, save, replies: outcome.replies });
    });
  }
  const [first] = failures;
  if (first && ran.length === 0)
    throw new GibbonError(
      first.error.code,
      `${first.what}: ${first.error.message}`,
      first.error.hint === undefined ? {} : { hint: first.error.hint },
    );
  let curve: CurvePoint[] = [];
  if (!failures.some(({ fatal }) => fatal)) {
    await attempt('accuracy against epsilon', async () => {
      curve = await timed('curve', () => traceCurve({ plan, subject, correct, facts, ran, workers, reporter }));
    });
  }
  const result = assemble(facts, ran, curve, failures);
  let examples: ModelResult['examples'] = [];
  await attempt('pictures', async () => {
    examples = await timed('pictures', () => drawExamples({ subject, facts, ran, result, workers }));
  });
  return { result: { ...result, examples }, timings, failure: failureOf(failures, model.name) };
}

/** What the run ends with although there is a result. */
function failureOf([first]: readonly Failure[], model: string): GibbonError | undefined {
  if (!first) return undefined;
  const { code, message, hint } = first.error;
  return new GibbonError(code, `${model}, ${first.what}: ${message}`, {
    hint: `The report holds what is finished.${hint === undefined ? '' : ` ${hint}`}`,
  });
}

/** After so many workers lost for good, the model is not attacked any further: each cost twice the longest wait. */
const MOST_FATAL = 2;

/** What is told of a part of the audit that failed while others go on. @throws what is no fault of this part alone */
function survivable(thrown: unknown, what: string): Failure {
  const { code, message, hint, cause } = toGibbonError(thrown);
  const fatal = code === 'E_WORKER_DIED' || code === 'E_WORKER_HUNG';
  if (!fatal && !['E_OPERATOR_UNSUPPORTED', 'E_MODEL_UNSUPPORTED', 'E_MODEL_SHAPE', 'E_MODEL_LOAD', 'E_INTERNAL'].includes(code))
    throw thrown;
  return {
    what,
    fatal,
    error: new GibbonError(code, message, { ...(hint === undefined ? {} : { hint }), ...(cause === undefined ? {} : { cause }) }),
  };
}

function planOf(options: AuditOptions, { unsupported }: Prepared): Plan {
  const plan = PLANS[options.preset];
  if (options.only) return { ...plan, attacks: [options.only], curve: [] };
  return unsupported.length > 0 ? withoutGradients(plan, (id) => attackOf(id).knowledge) : plan;
}

/** @throws GibbonError E_NOT_APPLICABLE when not one attack is left */
function plannedFor(plan: Plan, prepared: Prepared, options: AuditOptions): PlannedAttack[] {
  const left = plan.attacks.filter((one) => applies(one, prepared, options));
  if (left.length === 0)
    throw new GibbonError('E_NOT_APPLICABLE', `no attack applies to this model in the ${options.norm} norm`, {
      hint: 'Try another --norm; `gibbon list` shows what each attack needs.',
    });
  return left;
}

function chosenBy({ n, first }: AuditOptions, plan: Plan): { n: number } | { first: number } {
  return first !== undefined ? { first } : { n: n ?? plan.n };
}

/** Does the threat model and the model itself allow this attack? */
function applies(planned: PlannedAttack, prepared: Prepared, options: AuditOptions): boolean {
  const unit: Attack = attackOf(planned.id);
  if (options.only) return true;
  if (!unit.norms.includes(options.norm)) return false;
  if (unit.knowledge === 'gradients' && prepared.unsupported.length > 0) return false;
  return planned.maxSize === undefined || sizeOf(prepared.preprocessing.shape) <= planned.maxSize || prepared.unsupported.length > 0;
}

function assumptions({ preprocessing, source, tried, data }: Prepared): string[] {
  const how = { flags: 'as given', guessed: 'fits the labels best', default: 'the usual form' }[source];
  const best = Math.max(...tried.map(({ accuracy }) => accuracy));
  const n = tried[0]?.n ?? 0;
  return [`input ${describe(preprocessing)} (${how}: ${(100 * best).toFixed(0)} % of ${n} right)`, ...data.notes];
}

function budgetOf(options: AuditOptions, { preprocessing }: Prepared): Budget {
  const size = preprocessing.modality === 'image' && preprocessing.shape.length > 1 ? imageSize(preprocessing) : undefined;
  const budget = parseEpsilon(options.epsilon ?? DEFAULT_EPSILON[epsilonKind(preprocessing.modality, size)][options.norm]);
  if (preprocessing.modality === 'image' && options.norm === 'linf' && budget.value > 1) {
    const levels =
      Number.isInteger(budget.value) && budget.value < 256 ? `; ${budget.value} of 255 levels is --epsilon ${budget.value}/255` : '';
    throw new GibbonError('E_USAGE', `epsilon ${options.epsilon} is more than the whole range of a pixel`, {
      hint: `Pixels lie in [0, 1] here${levels}.`,
    });
  }
  return budget;
}

async function cleanOf(workers: Workers, reporter: Reporter, subject: Subject, indices: readonly number[]): Promise<CleanReply[]> {
  const parts = await Promise.all(
    shards(indices, workers).map((part) =>
      workers.run<CleanReply[]>('clean', { subject, indices: part }, (done) => reporter.advance(Number(done))),
    ),
  );
  return parts.flat();
}
