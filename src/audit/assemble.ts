/** Puts an audit's facts together: per attack, per example, and the worst case over all attacks. */
import { NO_CLASS } from '../model/judge.ts';
import { describe } from '../model/preprocessing.ts';
import { type Proportion, proportion } from '../stats/proportion.ts';
import { median } from '../stats/quantile.ts';
import { distanceIn, type Metric } from '../threat/metric.ts';
import { asTried, curveWith } from './certificates/as-tried.ts';
import type { Broken } from './certificates/witness.ts';
import { canMove } from './columns.ts';
import { drawsOf, isVoted } from './evidence/averaged.ts';
import { type CrossExamination, expectedMore, SPREAD } from './evidence/examination.ts';
import type { Failure } from './failures.ts';
import { membersOf } from './members.ts';
import type { Facts, RanAttack, Traced, Tried } from './ran.ts';
import type { AttackResult, ModelResult, SampleResult } from './result.ts';
import { spentOn } from './spending.ts';
import type { AttackReply, CleanReply, Prepared } from './subject.ts';
import { CALLS } from './tasks/steadiness.ts';
import { threatResult } from './threat-result.ts';
import { toSuccess } from './to-success.ts';
import { classOf, type Evidence, headlineOf, type Pressure, verdictOf } from './verdict.ts';

export type { Facts, RanAttack, Traced };

/** What the attacks of the plan and the points of the curve brought. */
export interface Brought {
  readonly ran: readonly RanAttack[];
  readonly curve: Traced;
  readonly failures: readonly Failure[];
  /** What a budget did not reach, where it ended the attacks. */
  readonly unreached?: string | undefined;
  readonly cross?: CrossExamination | undefined;
  /** What a certifier broke itself. */
  readonly broken?: Broken | undefined;
  /** What was planned and not finished. */
  readonly cut: NonNullable<ModelResult['attacksCut']>;
}

/** The result of one model, without findings and pictures, and what findings rest on. */
export function assemble(
  facts: Facts,
  { ran, curve, failures, unreached, cross, broken, cut }: Brought,
): { result: ModelResult; evidence: Evidence } {
  const { options, prepared, clean, epsilon } = facts;
  const right = (index: number): number => prepared.labels[index] as number;
  const resultOf = (one: RanAttack): AttackResult => attackResult(one, clean, right, options.norm);
  const attacks = ran.map(resultOf);
  const { all, samples, points } = worstOf(facts, { ran, curve, cross, broken });
  const { pressure, ...summary } = summaryOf(facts, samples, all, { failures, unreached, cross });
  const evidence: Evidence = {
    summary,
    attacks,
    samples,
    epsilon: epsilon.text,
    isText: prepared.preprocessing.modality === 'text',
    slopes: slopesOf(ran),
    missedByGradients: missedBy(ran),
    unsupported: prepared.unsupported,
    masked: prepared.masked,
    rivals: prepared.rivals,
    failures: failures.map(({ what, error }) => `${what}: ${error.message}`),
    undecided: undecidedOf(all).length,
    unreached,
  };
  const result: ModelResult = {
    ...fileResult(facts),
    preprocessing: preprocessingResult(prepared),
    maskedGradients: [...prepared.masked, ...randomLayers(facts)],
    data: dataResult(facts),
    threat: threatResult(facts),
    ...(cut.length > 0 && { attacksCut: [...cut] }),
    summary: { ...summary, headline: headlineOf({ ...summary, epsilon: epsilon.text, pressure }) },
    attacks,
    ...secondLook(cross, resultOf),
    curve: points,
    findings: [],
    samples,
    examples: [],
  };
  return { result, evidence };
}

/** The worst case is over everything that was tried within epsilon: the curve's attacks, and what a certifier broke beside the audit's. */
function worstOf(facts: Facts, { ran, curve, cross, broken }: Pick<Brought, 'ran' | 'curve' | 'cross' | 'broken'>) {
  const { options, prepared, clean, epsilon } = facts;
  const right = (index: number): number => prepared.labels[index] as number;
  const samplesOf = (tried: readonly Tried[]): SampleResult[] =>
    clean.map((reply) => sampleResult(reply, right(reply.index), tried, facts));
  const attacked: Tried[] = [...ran, ...curve.found, ...Object.values(cross?.trials ?? {})];
  if (!broken || ran.length === 0) return { all: attacked, samples: samplesOf(attacked), points: [...curve.points] };
  const all = [...attacked, ...asTried(broken, right)];
  const points = curveWith(curve.points, broken, { before: samplesOf(attacked), epsilon: epsilon.value, norm: options.norm });
  return { all, samples: samplesOf(all), points };
}

function fileResult({
  model,
  prepared,
}: Facts): Pick<ModelResult, 'path' | 'name' | 'sha256' | 'bytes' | 'parameters' | 'input' | 'output'> {
  const { sha256, bytes, parameters, input, output } = prepared;
  return { path: model.path, name: model.name, sha256, bytes, parameters, input, output };
}

/** The figures of an attack on what withstood speak of what it was tried on. */
function secondLook(cross: CrossExamination | undefined, resultOf: (one: RanAttack) => AttackResult): Pick<ModelResult, 'onWithstood'> {
  const { targeted: _, ...again } = cross?.trials ?? {};
  const onWithstood = Object.values(again).map((one) => resultOf({ ...one, planned: { ...one.planned, limit: one.items.length } }));
  return onWithstood.length > 0 ? { onWithstood } : {};
}

function summaryOf(
  { prepared, epsilon }: Facts,
  samples: readonly SampleResult[],
  ran: readonly Tried[],
  { failures, unreached, cross }: Pick<Brought, 'failures' | 'unreached' | 'cross'>,
) {
  const n = samples.length;
  const correct = samples.filter(({ label, clean }) => clean.label === label);
  const standing = correct.filter(({ adversarial }) => adversarial === null).length;
  const standing8bit = correct.filter(({ index }) => !ran.some(({ replies }) => replies.get(index)?.broken8bit)).length;
  const noisy = ran.find(({ unit }) => unit.id === 'uniform-noise' || unit.id === 'random-edits');
  const { encoding } = prepared.preprocessing;
  // Where no attack was run nothing is known of robustness.
  const robust = ran.length === 0 ? proportion(0, 0) : proportion(standing, n);
  const isStill = encoding?.kind === 'ports' && !canMove(encoding, epsilon.value);
  const pressure = isStill
    ? 'still'
    : ran.length === 0 && failures.length === 0
      ? 'none'
      : pressureOf(ran, { clean: proportion(correct.length, n), robust }, { failures, unreached, cross, isVoted: isVoted({ prepared }) });
  return {
    pressure,
    cleanAccuracy: proportion(correct.length, n),
    robustAccuracy: robust,
    robustAccuracy8bit: prepared.preprocessing.modality === 'image' && ran.length > 0 ? proportion(standing8bit, n) : null,
    noiseAccuracy: noisy ? proportion(noisy.items.length - brokenBy(noisy), n) : null,
    verdict: ran.length === 0 ? ('undecided' as const) : verdictOf(proportion(correct.length, n), robust, pressure),
  };
}

/** What draws, and what gradients make of it. */
function randomLayers(facts: Facts): string[] {
  if (facts.prepared.unsupported.length > 0) return [];
  const draws = drawsOf(facts);
  return (facts.prepared.random ?? []).map((one) => `${one} (${draws > 1 ? `mean over ${draws} draws` : 'one draw'})`);
}

/** Share of the correct examples that something stronger than noise must really have tried. */
const TRIED = 0.95;

/** Did something stronger than noise try the examples that were classified correctly? */
function pressureOf(
  ran: readonly Tried[],
  { clean, robust }: { readonly clean: Proportion; readonly robust: Proportion },
  { failures, unreached, cross, isVoted }: Pick<Brought, 'failures' | 'unreached' | 'cross'> & { readonly isVoted: boolean },
): Pressure {
  if (failures.length > 0) return 'incomplete';
  if (undecidedOf(ran).length > 0) return 'nan';
  const tried = new Set(
    ran.flatMap(({ unit, replies }) => [...replies.values()].filter((reply) => isTrial(unit, reply)).map(({ index }) => index)),
  );
  if (unreached !== undefined) return 'budget';
  if (tried.size < TRIED * clean.count) return 'noise';
  return cross ? doubted(cross, { clean, robust, isVoted }) : 'full';
}

/** What the evidence itself leaves in doubt: answers that change from call to call, and survivors that only harder attacks would break. */
function doubted(
  cross: CrossExamination,
  { clean, robust, isVoted }: { readonly clean: Proportion; readonly robust: Proportion; readonly isVoted: boolean },
): Pressure {
  const calls = cross.steadiness.length * (CALLS - 1);
  const flips = cross.steadiness.reduce((sum, one) => sum + one.flips, 0);
  if (cross.steadiness.some(({ spread }) => spread > SPREAD)) {
    if (proportion(flips, calls).high > (isVoted ? RARE_IN_VOTES : RARE)) return 'fickle';
    if (!isVoted) return 'random';
  }
  const left = robust.value - expectedMore(cross) / clean.n;
  return classOf(clean, left) === classOf(clean, robust.value) ? 'full' : 'again';
}

/** Calls that may decide otherwise, as a share, where what an attack broke is still the attack's doing. */
const RARE = 0.1;
/** The same where decisions are the most frequent of 11 answers: of a quarter that err, one vote in 30 does. */
const RARE_IN_VOTES = 0.25;

/** A gradient attack whose gradient was zero has only drawn noise, and a label attack without a starting point has tried nothing. */
function isTrial({ knowledge }: Tried['unit'], { broken: hit, slope, distances }: AttackReply): boolean {
  if (hit) return true;
  return knowledge === 'gradients' ? slope === 'ok' : knowledge !== 'nothing' && distances !== null;
}

/** Examples on which the model answered NaN to some attack, and no attack fooled it. */
function undecidedOf(ran: readonly Tried[]): number[] {
  const replies = ran.flatMap((one) => [...one.replies.values()]);
  const fooled = new Set(replies.filter((reply) => reply.broken).map(({ index }) => index));
  return [...new Set(replies.filter(({ index, label }) => label === NO_CLASS && !fooled.has(index)).map(({ index }) => index))];
}

const brokenBy = ({ replies }: Tried): number => [...replies.values()].filter((reply) => reply.broken).length;

function attackResult(ran: RanAttack, clean: readonly CleanReply[], right: (index: number) => number, norm: Metric): AttackResult {
  const { unit, planned, items, replies } = ran;
  const attacked = new Set(items.map(({ index }) => index));
  const wrong = clean.filter(({ index, label }) => label !== right(index)).length;
  // With a limit only part of the examples was attacked: the figures then speak of that part.
  const limited = planned.limit !== undefined && items.length < clean.length - wrong;
  const n = limited ? items.length : clean.length;
  const survivors = items.filter(({ index }) => !replies.get(index)?.broken).map(({ index }) => index);
  const all = [...replies.values()];
  const image = all.some(({ broken8bit }) => broken8bit !== null);
  const reached = all.map(({ distances, label, index }) =>
    distances && label !== right(index) ? distanceIn(distances, norm) : Number.POSITIVE_INFINITY,
  );
  const params = unit.params.parse(planned.params);
  return {
    id: unit.id,
    name: unit.name,
    params,
    n,
    successRate: proportion(items.length - survivors.length, items.length),
    robustAccuracy: proportion(survivors.length, n),
    robustAccuracy8bit: image ? proportion(all.filter(({ broken8bit, index }) => attacked.has(index) && !broken8bit).length, n) : null,
    ...spentOn(all),
    survivors,
    // A walk that stops at epsilon has not looked for the nearest point.
    medianDistance: unit.aim === 'minimal' && params.untilEpsilon !== true && reached.length > 0 ? finite(median(reached)) : null,
    ...toSuccess(
      unit,
      items.map(({ index }) => replies.get(index)).filter((reply) => reply !== undefined),
    ),
    ...membersOf(all),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The worst case: of all attacks that fooled the model on this example, the nearest point. */
function sampleResult(clean: CleanReply, label: number, ran: readonly Tried[], { options: { norm }, prepared }: Facts): SampleResult {
  // Who answers labels only says nothing of how sure it is.
  const sure = (confidence: number): number | null => (prepared.endpoint?.form.kind === 'labels' ? null : confidence);
  const hits = ran.flatMap(({ unit, replies }) => {
    const reply = replies.get(clean.index);
    return reply?.broken && reply.distances ? [{ unit, reply, distances: reply.distances }] : [];
  });
  const nearest = hits.sort((a, b) => distanceIn(a.distances, norm) - distanceIn(b.distances, norm))[0];
  return {
    index: clean.index,
    id: clean.id,
    label,
    clean: { label: clean.label, confidence: sure(clean.confidence) },
    adversarial: nearest
      ? {
          attack: nearest.unit.id,
          label: nearest.reply.label,
          confidence: sure(nearest.reply.confidence),
          distances: nearest.distances,
          survives8bit: nearest.reply.broken8bit,
          ...(nearest.reply.transform && { transform: { ...nearest.reply.transform } }),
        }
      : null,
  };
}

function slopesOf(ran: readonly RanAttack[]): Evidence['slopes'] {
  const slopes = new Map<number, AttackReply['slope']>();
  for (const { replies } of ran) for (const [index, { slope }] of replies) if (slope && !slopes.has(index)) slopes.set(index, slope);
  const all = [...slopes.values()];
  return {
    zero: all.filter((slope) => slope === 'zero').length,
    notFinite: all.filter((slope) => slope === 'not-finite').length,
    n: all.length,
  };
}

function missedBy(ran: readonly RanAttack[]): Evidence['missedByGradients'] {
  const white = ran.filter(({ unit }) => unit.knowledge === 'gradients');
  const black = ran.filter(({ unit }) => unit.knowledge !== 'gradients');
  const both = new Set(
    black.flatMap(({ items }) => items.map(({ index }) => index)).filter((index) => white.some(({ replies }) => replies.has(index))),
  );
  const fell = (list: readonly RanAttack[], index: number): boolean => list.some(({ replies }) => replies.get(index)?.broken);
  return { count: [...both].filter((index) => fell(black, index) && !fell(white, index)).length, n: both.size };
}

function preprocessingResult({ preprocessing, source, tried }: Prepared): ModelResult['preprocessing'] {
  const { layout, channels, shape, mean, std } = preprocessing;
  return {
    layout,
    channels,
    shape: [...shape],
    mean: [...mean],
    std: [...std],
    description: describe(preprocessing),
    source,
    tried: tried.map((one) => ({ ...one })),
  };
}

function dataResult({ options, prepared, clean }: Facts): ModelResult['data'] {
  const { data } = prepared;
  return {
    path: options.dataName ?? options.data.path,
    labels: options.data.labels ?? null,
    sha256: data.sha256,
    modality: data.modality,
    n: clean.length,
    of: data.length,
    classes: data.classes,
    classNames: data.classNames ? [...data.classNames] : null,
    notes: [...data.notes],
  };
}
