/** An audit from end to end: look, agree on the input, run the checks, conclude. Every process is told what to do in plain JSON. */
import { GibbonError } from '../base/errors.ts';
import { describe } from '../model/preprocessing.ts';
import { type Asking, createAsking } from './asking.ts';
import { attacksLeftOut } from './attacked.ts';
import { withCertificates } from './certificates/with-certificates.ts';
import type { CheckResult } from './check-result.ts';
import type { Check } from './checks/check.ts';
import type { CheckFacts } from './checks/facts.ts';
import { CHECKS } from './checks/registry.ts';
import { withDoubts } from './evidence/with-doubts.ts';
import type { Expectation } from './expect.ts';
import { createFailures, type Failures, isFatal, isRemote, MOST_FATAL } from './failures.ts';
import { type Gathered, gather } from './gather.ts';
import { looked, specOf } from './look.ts';
import type { AuditOptions } from './options.ts';
import type { Reporter, Workers } from './ports.ts';
import { PLANS, type Plan } from './presets.ts';
import { assertAskable } from './remote/assert-askable.ts';
import { remoteResult } from './remote/remote-result.ts';
import type { ModelResult } from './result.ts';
import { assertParams, chosenChecks, type Ended, runCheck } from './run-checks.ts';
import { createSpending, type Spending, slices } from './spending.ts';
import type { Prepared } from './subject.ts';
import { threatLine } from './threat-result.ts';

export interface Audited {
  readonly result: ModelResult;
  readonly checks: readonly CheckResult[];
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
  const spec = specOf(given, model);
  const { timings, timed } = stopwatch();
  assertParams(CHECKS, given);
  assertAskable(given, model);
  reporter.phase(`${model.name}: looking at model and data`, 1);
  const looking = timed('prepare', () => workers.run<Prepared>('prepare', { ...spec, groups: given.groups }));
  if (!spec.remote) beReady(workers, { spec, attack: { ...firstAttack(given), norm: given.norm } });
  const prepared = await looking;
  if (model === given.models[0]) reporter.note(threatLine(given));
  for (const line of assumptions(prepared)) reporter.note(`${model.name}: ${line}`);
  const { facts, plan } = looked(given, { model, spec, prepared });
  const { options } = facts;
  const asking = createAsking({ workers, reporter, journal: given.journal, build: given.build ?? '', prepared });
  const failures = createFailures();
  const gathered = gather({ ...facts, plan, workers, reporter, asking, failures, timings, timed });
  // Without clean accuracy there is nothing to say.
  await gathered.clean();
  const checks = chosenChecks(CHECKS, options);
  // What does not fit shows before the long work begins.
  if (options.members && checks.some(({ needs }) => needs.includes('members'))) await gathered.sides();
  const { results, error, proved } = await inTurn(checks, { facts, gathered, asking, failures, reporter, timed });
  const attacked = await gathered.withBroken((await gathered.assembled()).result, proved.broken);
  const { result, checks: told } = withDoubts(withCertificates(attacked, proved.certificates), results);
  return {
    result: {
      ...result,
      ...remoteResult(facts, spec),
      ...attacksLeftOut(facts, checks, plan),
      findings: told.flatMap((one) => one.findings),
    },
    checks: told,
    timings,
    failure: failures.first(`${model.name}, `, 'The report holds what is finished.') ?? error,
  };
}

interface Turn {
  readonly facts: CheckFacts;
  readonly gathered: Gathered;
  readonly asking: Asking;
  readonly failures: Failures;
  readonly reporter: Reporter;
  timed<T>(name: string, work: () => Promise<T>): Promise<T>;
}

interface Turned {
  readonly results: readonly CheckResult[];
  /** The first that a check ended with. */
  readonly error: GibbonError | undefined;
  readonly proved: Pick<Ended, 'certificates' | 'broken'>;
}

/** Runs the checks one after the other. What one of them breaks itself counts for all: those that have told of the attacks tell of them again. */
async function inTurn(checks: readonly Check[], { facts, gathered, asking, failures, reporter, timed }: Turn): Promise<Turned> {
  const { options, model } = facts;
  const results: CheckResult[] = [];
  const errors = new Set<GibbonError>();
  let error: GibbonError | undefined;
  let proved: Turned['proved'] = {};
  const ran = (check: Check): Promise<Ended> => {
    const params = { ...options.checks?.params?.[check.id] };
    const bounded = withinTime(asking, createSpending(options.budgets));
    const context = { ...facts, params, artifacts: gathered, reporter, earlier: results, ...bounded };
    return timed(`check.${check.id}`, () => runCheck(check, context, forlorn(errors, failures)));
  };
  for (const [i, check] of checks.entries()) {
    const ended = await ran(check);
    if (ended.error && options.only) throw ended.error;
    if (ended.error) errors.add(ended.error);
    error ??=
      ended.error && new GibbonError(ended.error.code, `${model.name}, check ${check.id}: ${ended.error.message}`, { cause: ended.error });
    if (ended.certificates) proved = ended;
    results.push(ended.result);
    if (!ended.broken || !(await gathered.note(ended.broken))) continue;
    for (const [k, before] of checks.slice(0, i).entries()) if (before.attacks) results[k] = (await ran(before)).result;
  }
  return { results, error, proved };
}

/** Why this model is not tried any further, where it has cost too many workers. */
function forlorn(errors: ReadonlySet<GibbonError>, { all }: Failures): string | undefined {
  const gone = [...errors, ...all.map(({ error }) => error)].find(isRemote);
  if (gone) return `not run: ${gone.message}`;
  const lost = [...errors].filter(isFatal);
  const [first] = lost;
  return first && lost.length >= MOST_FATAL
    ? `not run: ${lost.length} checks have lost their workers before (${first.message})`
    : undefined;
}

/** Work is refused when the check's time is over. */
function withinTime({ rows, once }: Asking, spending: Spending): Pick<Asking, 'rows' | 'once'> {
  return {
    rows: async (task, common, items) => {
      const found = new Map();
      for (const slice of slices(items, spending)) {
        spending.assertTime();
        for (const [index, reply] of await rows(task, common, slice)) found.set(index, reply);
      }
      return found;
    },
    once: (task, payload) => {
      spending.assertTime();
      return once(task, payload);
    },
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

function assumptions({ preprocessing, source, tried, data }: Prepared): string[] {
  const how = { flags: 'as given', model: 'as the model folder says', guessed: 'fits the labels best', default: 'the usual form' }[source];
  // What the model's own files say was tried first.
  const [own] = tried;
  const best = source === 'model' && own ? own.accuracy : Math.max(...tried.map(({ accuracy }) => accuracy));
  const n = tried[0]?.n ?? 0;
  return [`input ${describe(preprocessing)} (${how}: ${(100 * best).toFixed(0)} % of ${n} right)`, ...data.notes];
}
