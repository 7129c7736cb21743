/** Gathers what membership inference looks at: equally drawn members and non-members, without those that are both, and the model's answers on them. */
import { subset } from '../data/subset.ts';
import { NO_CLASS } from '../model/judge.ts';
import { sizeOf } from '../onnx/tensor.ts';
import type { Observed, Populations } from '../privacy/membership.ts';
import { STRONGEST, sees } from '../threat/threat-model.ts';
import type { CheckContext } from './checks/check.ts';
import { affordable } from './sample-size.ts';
import type { Side } from './sides.ts';
import { type Answer, type AnswerItem, answersTask } from './tasks/answers.ts';
import { type BlindReply, blindTask } from './tasks/blind.ts';
import { overlapTask } from './tasks/overlap.ts';

/** Members among which copies of non-members are looked for: all of them where that costs seconds, else (and in the quick preset) those that were drawn. */
const SEARCHED_NUMBERS = 2 ** 27;
/** The blind baseline needs fewer, and sees the first of them. */
const BLIND = 2000;

export interface MembershipData extends Populations {
  /** Non-members that stand among the members, too; they were left out. */
  readonly overlap: number;
  /** Non-members that were looked at for that, and members that they were compared with. */
  readonly drawn: number;
  readonly searched: number;
  /** Examples whose answer holds NaN; they were left out. */
  readonly broken: number;
  readonly blind: BlindReply | undefined;
  /** The attacker gets labels only: from this model, or by the threat model. */
  readonly onlyLabels: boolean;
}

interface Asked {
  readonly n?: number | undefined;
  readonly blind: boolean;
}

export async function membershipData(context: CheckContext<Asked>): Promise<MembershipData> {
  const { artifacts, options, prepared, model, reporter, params } = context;
  const { members, others } = await artifacts.sides();
  const size = sizeOf(prepared.preprocessing.shape);
  const n = params.n ?? affordable(options.preset, size);
  const inside = drawn(members, n, options.seed);
  const all = drawn(others, n, options.seed);
  const isSearched = options.preset !== 'quick' && members.length * size <= SEARCHED_NUMBERS;
  const searched = isSearched ? [...Array(members.length).keys()] : inside.map(({ index }) => index);
  reporter.phase(`${model.name}: members among the non-members`, searched.length + all.length);
  const copies = await context.once(overlapTask, {
    members: { subject: members.subject, indices: searched },
    others: { subject: others.subject, indices: all.map(({ index }) => index) },
  });
  const copied = new Set(copies.others);
  const outside = all.filter(({ index }) => !copied.has(index));
  reporter.phase(`${model.name}: members and non-members`, inside.length + outside.length);
  const answers = [await answersOf(context, members, inside), await answersOf(context, others, outside)] as const;
  const blind = params.blind && outside.length > 0 ? await blindOf(context, { members, others }, inside, outside) : undefined;
  const usable = answers.map((some) => some.filter(({ decided }) => decided !== NO_CLASS));
  const { knowledge } = options.threat ?? STRONGEST;
  const onlyLabels = !sees(knowledge.model, 'scores') || usable.flat().every(({ isLabel }) => isLabel);
  return {
    members: (usable[0] ?? []).map((answer) => observed(answer, members, onlyLabels)),
    others: (usable[1] ?? []).map((answer) => observed(answer, others, onlyLabels)),
    overlap: copied.size,
    drawn: all.length,
    searched: searched.length,
    broken: inside.length + outside.length - usable.flat().length,
    blind,
    onlyLabels,
  };
}

function drawn({ length, labels }: Side, n: number, seed: number): AnswerItem[] {
  const chosen = subset({ length, labels: Int32Array.from(labels) }, { n: Math.min(n, length), seed });
  return chosen.map((index) => ({ index, label: labels[index] as number }));
}

async function answersOf({ rows }: Pick<CheckContext, 'rows'>, { subject }: Side, items: readonly AnswerItem[]): Promise<Answer[]> {
  const found = await rows(answersTask, { subject, whole: false }, items);
  return items.map(({ index }) => found.get(index) as Answer);
}

/** A label says no more than whether it is right, whichever signal is asked for. */
function observed({ index, decided, signals }: Answer, { labels }: Side, onlyLabels: boolean): Observed {
  const label = labels[index] as number;
  const isCorrect = decided === label;
  const bit = Number(isCorrect);
  return {
    label,
    isCorrect,
    signals: onlyLabels ? { loss: bit, logit: bit, confidence: bit, entropy: bit, 'modified-entropy': bit } : signals,
  };
}

async function blindOf(
  { once, options, prepared }: CheckContext<Asked>,
  { members, others }: { readonly members: Side; readonly others: Side },
  inside: readonly AnswerItem[],
  outside: readonly AnswerItem[],
): Promise<BlindReply> {
  const some = (items: readonly AnswerItem[]): AnswerItem[] => everyNth(items, BLIND);
  return once(blindTask, {
    members: { subject: members.subject, items: some(inside) },
    others: { subject: others.subject, items: some(outside) },
    classes: prepared.data.classes,
    seed: options.seed,
  });
}

/** At most `most` of them, evenly from the whole list: data in folders comes class by class. */
function everyNth<T>(items: readonly T[], most: number): T[] {
  const step = Math.max(1, items.length / most);
  return Array.from({ length: Math.min(most, items.length) }, (_, i) => items[Math.floor(i * step)] as T);
}
