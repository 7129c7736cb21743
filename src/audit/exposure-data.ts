/** Gathers what the answers give away: their form on some examples, what rounding would leave of them, and of membership where members are given. */
import { subset } from '../data/subset.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { bitsOf } from '../privacy/answer-form.ts';
import { ROUNDINGS, type Rounding } from '../privacy/rounding.ts';
import { type AucInterval, aucInterval } from '../stats/auc-interval.ts';
import { type Proportion, proportion } from '../stats/proportion.ts';
import { rocOf } from '../stats/roc.ts';
import type { CheckContext } from './checks/check.ts';
import { affordable } from './sample-size.ts';
import type { Side } from './sides.ts';
import type { AnswerItem } from './tasks/answers.ts';
import { type ExposureReply, exposureTask } from './tasks/exposure.ts';
import { type Rounded, roundedTask } from './tasks/rounded.ts';

/** Examples whose answers are looked at; of members and non-members as many each. */
const MOST = { quick: 500, standard: 1000, thorough: 5000 } as const;

export interface RoundedFigures {
  readonly rounding: Rounding;
  readonly bits: number;
  readonly distinct: number;
  readonly same: Proportion;
  /** Of membership inference, where members are given. */
  readonly auc: AucInterval | undefined;
}

export interface ExposureData {
  readonly seen: ExposureReply;
  /** Stronger roundings than what the model does already are left in; weaker ones out. */
  readonly rounded: readonly RoundedFigures[];
}

export async function exposureData(context: CheckContext): Promise<ExposureData> {
  const { options, prepared, subject, model, reporter } = context;
  const n = Math.min(MOST[options.preset], affordable(options.preset, sizeOf(prepared.preprocessing.shape)));
  const items = drawn(prepared.labels, n, options.seed);
  reporter.phase(`${model.name}: what its answers give away`, 2 * items.length);
  const seen = await context.once(exposureTask, { subject, indices: items.map(({ index }) => index) });
  reporter.advance(items.length);
  const own = await roundedOf(context, { subject }, items);
  const sides = options.members ? await context.artifacts.sides() : undefined;
  const leaks = sides && [await leaksOf(context, sides.members, n), await leaksOf(context, sides.others, n)];
  return { seen, rounded: figures(seen, own, leaks, prepared.data.classes) };
}

function figures(
  seen: ExposureReply,
  own: readonly Rounded[],
  leaks: readonly (readonly Rounded[])[] | undefined,
  classes: number,
): RoundedFigures[] {
  return ROUNDINGS.flatMap((rounding, i): RoundedFigures[] => {
    if (typeof rounding === 'number' && seen.decimals !== null && rounding >= seen.decimals) return [];
    const [inside, outside] = (leaks ?? []).map((side) => side.map((row) => row.leaks[i] as number));
    const form = rounding === 'label' ? 'labels' : rounding === 'full' ? seen.form : 'probabilities';
    return [
      {
        rounding,
        bits: bitsOf({ form, shown: seen.shown }, classes, typeof rounding === 'number' ? rounding : seen.decimals),
        distinct: new Set(own.map((row) => row.answers[i])).size,
        same: proportion(own.filter((row) => row.same[i]).length, own.length),
        auc: inside?.length && outside?.length ? aucInterval(rocOf(inside, outside)) : undefined,
      },
    ];
  });
}

function drawn(labels: readonly number[], n: number, seed: number): AnswerItem[] {
  const chosen = subset({ length: labels.length, labels: Int32Array.from(labels) }, { n: Math.min(n, labels.length), seed });
  return chosen.map((index) => ({ index, label: labels[index] as number }));
}

async function roundedOf({ rows }: CheckContext, { subject }: Pick<Side, 'subject'>, items: readonly AnswerItem[]): Promise<Rounded[]> {
  const found = await rows(roundedTask, { subject }, items);
  return items.map(({ index }) => found.get(index) as Rounded);
}

const leaksOf = (context: CheckContext, side: Side, n: number): Promise<Rounded[]> =>
  roundedOf(context, side, drawn(side.labels, n, context.options.seed));
