/** What carried over, in numbers: per source, against noise of the same size, and beside attacks that know the audited model. */
import { mcNemar, type Pairs, pairedDifference } from '../../../stats/paired.ts';
import { type Proportion, proportion } from '../../../stats/proportion.ts';
import type { RanEvasion } from '../../artifacts.ts';
import type { CleanReply } from '../../subject.ts';
import type { SurrogateAnswer } from '../../tasks/surrogate-answers.ts';
import type { TransferReply } from '../../tasks/transfer.ts';
import type { Source } from './transfer-sources.ts';

/** What came of one source. */
export interface Carried {
  readonly source: Source;
  readonly replies: ReadonlyMap<number, TransferReply>;
  /** Its own decisions on the examples as they are; none for an ensemble. */
  readonly answers: ReadonlyMap<number, SurrogateAnswer> | undefined;
}

export interface SourceFigures {
  readonly source: Source;
  /** Its own share of right answers. */
  readonly accuracy: Proportion | undefined;
  /** Has it learned enough for its failure to mean something? */
  readonly hasLearned: boolean;
  /** Of the examples that the audited model classifies correctly, those that fool it. */
  readonly rate: Proportion;
  /** The same on the 8-bit picture; undefined where the data is not pictures. */
  readonly saved: Proportion | undefined;
  /** By each of the models that the examples were shown to. */
  readonly others: readonly Proportion[];
  /** By each factor. */
  readonly scaled: readonly Proportion[];
  readonly pairs: Pairs;
  /** P that noise does as well: the exact one-sided McNemar test. */
  readonly chance: number;
}

export interface Figures {
  readonly sources: readonly SourceFigures[];
  readonly strongest: SourceFigures;
  readonly noise: Proportion;
  /** Rate of the strongest source minus that of noise. */
  readonly excess: { readonly value: number; readonly low: number; readonly high: number; readonly n: number };
  /** Is it more than noise, all sources considered? */
  readonly isReal: boolean;
  /** Over all examples, with the worst of all sources for each. */
  readonly robust: Proportion;
  readonly robust8bit: Proportion | undefined;
  readonly whiteBox: WhiteBox | undefined;
}

export interface WhiteBox {
  readonly rate: Proportion;
  /** Examples that carried over and withstood every attack with gradients. */
  readonly beyond: Proportion;
}

export interface Measured {
  readonly clean: readonly CleanReply[];
  readonly labels: readonly number[];
  readonly carried: readonly Carried[];
  readonly noise: ReadonlyMap<number, TransferReply>;
  readonly evasion: RanEvasion | undefined;
}

/** Chance that noise does as well from which on it does not, shared among the sources (Bonferroni). */
const ALPHA = 0.05;

export function figuresOf(measured: Measured): Figures {
  const { clean, labels, carried, noise } = measured;
  const correct = clean.filter(({ index, label }) => label === labels[index]).map(({ index }) => index);
  const noisy = (index: number): boolean => noise.get(index)?.broken === true;
  const sources = carried.map((one) => sourceFigures(one, measured, { correct, noisy }));
  const strongest = sources.reduce((best, one) => (one.rate.count > best.rate.count ? one : best));
  const fell = (index: number, how: 'broken' | 'broken8bit'): boolean => carried.some(({ replies }) => replies.get(index)?.[how] === true);
  const standing = (how: 'broken' | 'broken8bit'): Proportion =>
    proportion(correct.filter((index) => !fell(index, how)).length, clean.length);
  return {
    sources,
    strongest,
    noise: proportion(correct.filter(noisy).length, correct.length),
    excess: { n: correct.length, ...pairedDifference(strongest.pairs) },
    isReal: strongest.chance < ALPHA / sources.length,
    robust: standing('broken'),
    robust8bit: strongest.saved && standing('broken8bit'),
    whiteBox: whiteBoxOf(measured.evasion, (index) => fell(index, 'broken')),
  };
}

interface Correct {
  readonly correct: readonly number[];
  readonly noisy: (index: number) => boolean;
}

function sourceFigures({ source, replies, answers }: Carried, measured: Measured, { correct, noisy }: Correct): SourceFigures {
  const all = correct.map((index) => replies.get(index) as TransferReply);
  const n = all.length;
  const count = (is: (reply: TransferReply) => boolean): Proportion => proportion(all.filter(is).length, n);
  const accuracy = answers && accuracyOf(answers, measured);
  const others = (all[0]?.fools ?? []).map((_, k) => {
    const known = all.flatMap(({ fools }) => fools[k] ?? []);
    return proportion(known.filter(Boolean).length, known.length);
  });
  const pairs = pairsOf(correct, (index) => replies.get(index)?.broken === true, noisy);
  return {
    source,
    accuracy,
    hasLearned: accuracy !== undefined && accuracy.value >= neededAccuracy(measured),
    rate: count(({ broken }) => broken),
    saved: all.some(({ broken8bit }) => broken8bit !== null) ? count(({ broken8bit }) => broken8bit === true) : undefined,
    others,
    scaled: (all[0]?.scaled ?? []).map((_, k) => count(({ scaled }) => scaled[k] === true)),
    pairs,
    chance: mcNemar(pairs).betterPValue,
  };
}

function accuracyOf(answers: ReadonlyMap<number, SurrogateAnswer>, { clean, labels }: Measured): Proportion {
  return proportion(clean.filter(({ index }) => answers.get(index)?.label === labels[index]).length, clean.length);
}

/** Half of the way from the most frequent class to the audited model. */
export function neededAccuracy({ clean, labels }: Pick<Measured, 'clean' | 'labels'>): number {
  const counts = new Map<number, number>();
  for (const { index } of clean) counts.set(labels[index] as number, (counts.get(labels[index] as number) ?? 0) + 1);
  const majority = Math.max(...counts.values()) / clean.length;
  const own = clean.filter(({ index, label }) => label === labels[index]).length / clean.length;
  return (majority + Math.max(own, majority)) / 2;
}

/** Examples that the source fools and noise does not, and the other way round. */
function pairsOf(correct: readonly number[], fell: (index: number) => boolean, noisy: (index: number) => boolean): Pairs {
  const better = correct.filter((index) => fell(index) && !noisy(index)).length;
  const worse = correct.filter((index) => !fell(index) && noisy(index)).length;
  return { n: correct.length, better, worse };
}

function whiteBoxOf(evasion: RanEvasion | undefined, carries: (index: number) => boolean): WhiteBox | undefined {
  const ran = [...(evasion?.ran ?? []), ...(evasion?.curve.found ?? [])].filter(({ unit }) => unit.knowledge === 'gradients');
  const tried = [...new Set(ran.flatMap(({ items }) => items.map(({ index }) => index)))];
  if (tried.length === 0) return undefined;
  const fell = (index: number): boolean => ran.some(({ replies }) => replies.get(index)?.broken === true);
  return {
    rate: proportion(tried.filter(fell).length, tried.length),
    beyond: proportion(tried.filter((index) => carries(index) && !fell(index)).length, tried.length),
  };
}
