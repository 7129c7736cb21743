/** Computes what checks share, when the first of them asks for it. */

import { STRONGEST, sees } from '../threat/threat-model.ts';
import type { RanEvasion } from './artifacts.ts';
import type { Asking } from './asking.ts';
import { assemble, type Facts, type Traced } from './assemble.ts';
import type { AttackPlan } from './attack-plan.ts';
import { attacksCut } from './attacks-cut.ts';
import { asTried } from './certificates/as-tried.ts';
import { withWitnesses } from './certificates/with-certificates.ts';
import type { Broken } from './certificates/witness.ts';
import type { Artifacts } from './checks/check.ts';
import type { CheckFacts } from './checks/facts.ts';
import { traceCurve } from './curve.ts';
import { crossExamine } from './evidence/cross-examine.ts';
import { scrutinise } from './evidence/scrutinise.ts';
import type { Scrutiny } from './evidence/scrutiny.ts';
import { drawExamples, savedBy } from './examples.ts';
import type { Failures } from './failures.ts';
import { clearAdversarial, clearPictures } from './leftovers.ts';
import type { Reporter, Workers } from './ports.ts';
import type { ModelResult } from './result.ts';
import { runPlan } from './run-plan.ts';
import { openSides, type Sides } from './sides.ts';
import { createSpending } from './spending.ts';
import type { CleanReply } from './subject.ts';
import { cleanTask } from './tasks/clean.ts';

export interface Gathering extends CheckFacts {
  readonly plan: AttackPlan;
  readonly workers: Workers;
  readonly reporter: Reporter;
  readonly asking: Asking;
  readonly failures: Failures;
  /** Seconds by what they were spent on. */
  readonly timings: Record<string, number>;
  timed<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export interface Gathered extends Artifacts {
  /** The result as far as it was computed: with attacks, if a check asked for them. */
  assembled(): Promise<Pick<RanEvasion, 'result' | 'evidence'>>;
  /** Lets what a check broke itself count beside what the audit's attacks broke. @returns whether attacks had been told of that have to be told of anew */
  note(broken: Broken): Promise<boolean>;
  /** The result with what a check broke itself, and pictures of it; as it is where the audit's attacks tell of the examples. */
  withBroken(result: ModelResult, broken: Broken | undefined): Promise<ModelResult>;
}

export function gather(setting: Gathering): Gathered {
  let clean: Promise<readonly CleanReply[]> | undefined;
  let evasion: Promise<RanEvasion> | undefined;
  let scrutiny: Promise<Scrutiny> | undefined;
  let sides: Promise<Sides> | undefined;
  const artifacts: Gathered = {
    clean: () => {
      clean ??= setting.timed('clean', () => cleanOf(setting));
      return clean;
    },
    evasion: () => {
      evasion ??= artifacts.clean().then((replies) => evade(setting, replies));
      return evasion;
    },
    scrutiny: () => {
      scrutiny ??= artifacts.evasion().then((ran) => setting.timed('evidence', () => scrutinise(setting, ran)));
      return scrutiny;
    },
    sides: () => {
      sides ??= openSides(setting, setting.asking);
      return sides;
    },
    assembled: async () => {
      // Where the attacks failed, the checks that asked for them say so, and clean accuracy stands. A single attack is all that was asked for.
      const ran = await (setting.options.only ? evasion : evasion?.catch(() => undefined));
      const failures = setting.failures.all;
      const cut = attacksCut({ failures, unreached: [], over: undefined });
      const nothing = { ran: [], curve: { points: [], found: [] }, failures, cut };
      return ran ?? assemble(factsOf(setting, await artifacts.clean()), nothing);
    },
    note: async (broken) => {
      const before = await evasion?.catch(() => undefined);
      const counted = withinThreat(broken, setting);
      if (!before || before.ran.length === 0 || counted.witnesses.size === 0) return false;
      evasion = told(setting, before, counted);
      return true;
    },
    withBroken: async (result, broken) =>
      !broken || result.attacks.length > 0
        ? result
        : drawn(setting, { result: withWitnesses(result, broken), broken, clean: await artifacts.clean() }),
  };
  return artifacts;
}

interface Undrawn {
  readonly result: ModelResult;
  readonly broken: Broken;
  readonly clean: readonly CleanReply[];
}

async function drawn(setting: Gathering, { result, broken: { saved }, clean }: Undrawn): Promise<ModelResult> {
  const { subject, workers, failures, timed } = setting;
  let { examples } = result;
  await failures.attempt('pictures', async () => {
    examples = await timed('pictures', () =>
      drawExamples({ subject, facts: factsOf(setting, clean), savedAs: () => (saved === undefined ? [] : [saved]), result, workers }),
    );
  });
  return { ...result, examples };
}

function factsOf({ options, model, prepared, epsilon }: CheckFacts, clean: readonly CleanReply[]): Facts {
  return { options, model, prepared, clean, epsilon };
}

async function cleanOf({ asking, reporter, model, subject, prepared, chosen }: Gathering): Promise<CleanReply[]> {
  reporter.phase(`${model.name}: clean accuracy`, chosen.length);
  // What the first look has answered already.
  const known = new Map(prepared.answers.map((reply) => [reply.index, reply]));
  const left = chosen.filter((index) => !known.has(index));
  reporter.advance(chosen.length - left.length);
  const replies = await asking.rows(
    cleanTask,
    { subject },
    left.map((index) => ({ index })),
  );
  return chosen.map((index) => (known.get(index) ?? replies.get(index)) as CleanReply);
}

/** It counts within the audited epsilon, too. */
const CURVE = 'accuracy against epsilon';

async function evade(setting: Gathering, clean: readonly CleanReply[]): Promise<RanEvasion> {
  const { plan, subject, workers, reporter, asking, failures, timings, timed, options, model, prepared } = setting;
  const facts = factsOf(setting, clean);
  const correct = clean.filter(({ index, label }) => label === prepared.labels[index]).map(({ index, label }) => ({ index, label }));
  if (options.folder !== undefined) await (asking.journal ? clearPictures : clearAdversarial)(options.folder, model.name);
  const spending = createSpending(options.budgets);
  const running = { plan, facts, subject, correct, workers, reporter, failures, timings, asking, spending };
  const { ran, unreached, cut } = await timed('attack', () => runPlan(running));
  const cross = await timed('evidence', () => crossExamine(running, ran));
  let curve: Traced = { points: [], found: [] };
  if (!failures.all.some(({ fatal }) => fatal) && spending.over() === undefined) {
    await failures.attempt(CURVE, async () => {
      curve = await timed('curve', () => traceCurve({ ...running, ran: [...ran, ...Object.values(cross.trials)] }));
    });
  }
  const over = spending.over();
  const failed = [...failures.all];
  const uncurved = over !== undefined && plan.curve.length > 0 && curve.points.length === 0 ? [CURVE] : [];
  const missing = { failures: failed, unreached: [...cut, ...cross.cut, ...uncurved], over };
  return told(setting, { facts, ran, curve, cross, failures: failed, unreached, cut: attacksCut(missing) });
}

/** A certifier knows the model, and takes any class: what it breaks counts for an attacker who knows the model, too, and wants that class. */
function withinThreat({ witnesses, saved }: Broken, { options: { threat = STRONGEST }, plan: { target } }: Gathering): Broken {
  const isKnown = sees(threat.knowledge.model, 'gradients');
  return { saved, witnesses: new Map([...witnesses].filter(([, { label }]) => isKnown && (target === undefined || label === target))) };
}

/** The result and what it rests on, with pictures: of what the attacks found, and what a certifier broke beside them. */
async function told(setting: Gathering, brought: Omit<RanEvasion, 'result' | 'evidence'>, broken?: Broken): Promise<RanEvasion> {
  const { subject, workers, failures, timed, prepared } = setting;
  const { facts, ran, curve, cross } = brought;
  const { result, evidence } = assemble(facts, { ...brought, broken });
  const beside = broken ? asTried(broken, (index) => prepared.labels[index] as number) : [];
  const savedAs = savedBy([...ran, ...curve.found, ...Object.values(cross.trials), ...beside]);
  let examples = result.examples;
  const known = failures.all.length;
  await failures.attempt('pictures', async () => {
    examples = await timed('pictures', () => drawExamples({ subject, facts, savedAs, result, workers }));
  });
  const undrawn = failures.all.slice(known).map(({ what, error }) => `${what}: ${error.message}`);
  return { ...brought, result: { ...result, examples }, evidence: { ...evidence, undrawn } };
}
