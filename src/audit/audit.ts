/** An audit from end to end: look, agree on the input, attack, judge, conclude. Every process is told what to do in plain JSON. */
import type { GibbonError } from '../base/errors.ts';
import { subset } from '../data/subset.ts';
import { describe } from '../model/preprocessing.ts';
import { assemble, type Facts, type Traced } from './assemble.ts';
import { budgetOf } from './budget.ts';
import { traceCurve } from './curve.ts';
import { drawExamples } from './examples.ts';
import type { Expectation } from './expect.ts';
import { createFailures } from './failures.ts';
import { clearAdversarial } from './leftovers.ts';
import type { AuditOptions } from './options.ts';
import type { Reporter, Workers } from './ports.ts';
import { PLANS, type Plan } from './presets.ts';
import type { ModelResult } from './result.ts';
import { planOf, runPlan } from './run-plan.ts';
import { shards } from './shards.ts';
import { type CleanReply, type Prepared, type Subject, type SubjectSpec, subjectOf } from './subject.ts';
import { withoutPictures } from './verdict.ts';

export interface Audited {
  readonly result: ModelResult;
  readonly timings: Readonly<Record<string, number>>;
  /** The first thing that died, hung or failed while the rest was finished. */
  readonly failure: GibbonError | undefined;
}

/** Audits one model. @throws GibbonError for anything that the user can mend */
export async function auditModel(
  given: AuditOptions,
  model: AuditOptions['models'][number],
  { workers, reporter }: { workers: Workers; reporter: Reporter },
): Promise<Audited> {
  const { data, flags, threads, seed } = given;
  const spec: SubjectSpec = { model: model.path, data, flags, threads, seed };
  const { timings, timed } = stopwatch();
  reporter.phase(`${model.name}: looking at model and data`, 1);
  const looking = timed('prepare', () => workers.run<Prepared>('prepare', spec));
  beReady(workers, { spec, attack: { ...firstAttack(given), norm: given.norm } });
  const prepared = await looking;
  for (const line of assumptions(prepared)) reporter.note(`${model.name}: ${line}`);
  const options: AuditOptions = prepared.preprocessing.modality === 'text' ? { ...given, norm: 'edits' } : given;
  const subject = subjectOf(spec, prepared);
  const plan = planOf(options, prepared);
  const labels = Int32Array.from(prepared.labels);
  // Examples that are of the wanted class already are no victims of a targeted attack.
  const goal = options.only?.params.target;
  const chosen = subset({ length: labels.length, labels }, { ...chosenBy(options, plan), seed: options.seed }).filter(
    (index) => labels[index] !== goal,
  );
  const epsilon = budgetOf(options, prepared);
  reporter.phase(`${model.name}: clean accuracy`, chosen.length);
  const clean = await timed('clean', () => cleanOf({ workers, reporter, subject, known: prepared.answers }, chosen));
  const facts: Facts = { options, model, prepared, clean, epsilon };
  const correct = clean.filter(({ index, label }) => label === labels[index]).map(({ index, label }) => ({ index, label }));
  const failures = createFailures();
  if (options.folder !== undefined) await clearAdversarial(options.folder, model.name);
  const setting = { plan, facts, subject, correct, workers, reporter, failures, timings };
  const ran = await timed('attack', () => runPlan(setting));
  let curve: Traced = { points: [], found: [] };
  if (!failures.all.some(({ fatal }) => fatal)) {
    await failures.attempt('accuracy against epsilon', async () => {
      curve = await timed('curve', () => traceCurve({ ...setting, ran }));
    });
  }
  const result = assemble(facts, { ran, curve, failures: failures.all });
  let examples: ModelResult['examples'] = [];
  const before = failures.all.length;
  await failures.attempt('pictures', async () => {
    examples = await timed('pictures', () => drawExamples({ subject, facts, ran: [...ran, ...curve.found], result, workers }));
  });
  const missing = failures.all.slice(before).map(({ what, error }) => withoutPictures(`${what}: ${error.message}`));
  const findings = [...result.findings, ...missing];
  return {
    result: { ...result, findings, examples },
    timings,
    failure: failures.first(`${model.name}, `, 'The report holds what is finished.'),
  };
}

/** The attack that will most likely be the first. */
function firstAttack({ only, preset }: AuditOptions): Pick<Plan['attacks'][number], 'id' | 'params'> {
  return only ?? (PLANS[preset].attacks[0] as Plan['attacks'][number]);
}

/** Workers that have nothing to do during the first look load model and data. Should that fail, the real work will say so. */
function beReady(workers: Workers, expectation: Expectation): void {
  for (let i = 1; i < workers.size; i++) void workers.run('expect', expectation).catch(() => {});
}

/** Adds up seconds by what they were spent on. */
function stopwatch() {
  const timings: Record<string, number> = {};
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const value = await work();
    timings[name] = (timings[name] ?? 0) + (performance.now() - started) / 1000;
    return value;
  };
  return { timings, timed };
}

function chosenBy({ n, first }: AuditOptions, plan: Plan): { n: number } | { first: number } {
  return first !== undefined ? { first } : { n: n ?? plan.n };
}

function assumptions({ preprocessing, source, tried, data }: Prepared): string[] {
  const how = { flags: 'as given', model: 'as the model folder says', guessed: 'fits the labels best', default: 'the usual form' }[source];
  // What the model's own files say was tried first.
  const [own] = tried;
  const best = source === 'model' && own ? own.accuracy : Math.max(...tried.map(({ accuracy }) => accuracy));
  const n = tried[0]?.n ?? 0;
  return [`input ${describe(preprocessing)} (${how}: ${(100 * best).toFixed(0)} % of ${n} right)`, ...data.notes];
}

interface Cleaning {
  readonly workers: Workers;
  readonly reporter: Reporter;
  readonly subject: Subject;
  /** What the first look has answered already. */
  readonly known: readonly CleanReply[];
}

async function cleanOf({ workers, reporter, subject, known }: Cleaning, indices: readonly number[]): Promise<CleanReply[]> {
  const replies = new Map(known.map((reply) => [reply.index, reply]));
  const left = indices.filter((index) => !replies.has(index));
  reporter.advance(indices.length - left.length);
  await Promise.all(
    shards(left, workers).map(async (part) => {
      const made = await workers.run<CleanReply[]>('clean', { subject, indices: part }, (done) => reporter.advance(Number(done)));
      for (const reply of made) replies.set(reply.index, reply);
    }),
  );
  return indices.map((index) => replies.get(index) as CleanReply);
}
