/** What a first look says of the data, whatever the model is: its labels, its groups, the order of its classes. */
import { GibbonError } from '../base/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Grouping } from '../data/group-expression.ts';
import { groupSizes } from '../data/groups.ts';
import type { MatchedLabels } from '../data/match-labels.ts';
import { shiftedClasses } from '../model/class-order.ts';
import type { Found } from '../model/guess.ts';
import type { Prepared } from './subject.ts';

/** @throws GibbonError E_LABELS_MISSING */
export function assertLabelled({ labels }: Dataset, path: string): void {
  if (labels) return;
  throw new GibbonError('E_LABELS_MISSING', `${path} has no labels`, {
    hint: 'Put the files into one folder per class, or give --labels FILE. Without right answers there is no accuracy to attack.',
  });
}

/** @throws GibbonError E_LABELS_MISMATCH where the model's answers show that its classes stand in another order than the assumed one */
export function assertOrder(answers: Found['answers'], { labels, classNames, assumed = false }: MatchedLabels): void {
  if (!assumed) return;
  const shifted = shiftedClasses(
    answers.map(({ label }) => label),
    answers.map(({ index }) => labels[index] as number),
  );
  if (shifted.length === 0) return;
  const names = shifted.map((label) => classNames?.[label] ?? String(label));
  throw new GibbonError(
    'E_LABELS_MISMATCH',
    `the classes seem to stand in another order than the alphabetical one: the model mostly calls ${names.slice(0, 5).join(', ')} by other classes' numbers`,
    { hint: "Name the classes in the order of the model's outputs: --classes names.txt." },
  );
}

type Matched = MatchedLabels & { readonly classes: number };

/** What is told of the data; `notes` go before what the data set says of itself, `more` behind it. */
export async function dataFacts(
  dataset: Dataset,
  matched: Matched,
  { groups = [], notes, more = [] }: { groups?: readonly Grouping[] | undefined; notes: readonly string[]; more?: readonly string[] },
): Promise<Prepared['data']> {
  const assumed = [...notes, ...(dataset.notes ?? []), ...more, ...oneClass(matched), ...groups.map(groupNote)];
  return {
    sha256: await dataset.hash(),
    modality: dataset.modality,
    length: dataset.length,
    classes: matched.classes,
    classNames: matched.classNames ?? null,
    notes: [matched.how, ...assumed],
  };
}

/** Who is compared with whom. */
function groupNote(one: Grouping): string {
  const sizes = groupSizes(one);
  const [most, unknown] = [8, one.of.filter((group) => group === null).length];
  const named = sizes.slice(0, most).map(([group, count]) => `${group} ${count}`);
  const rest = sizes.length > most ? [`${sizes.length - most} more`] : [];
  return `Groups by ${one.attribute}: ${[...named, ...rest, ...(unknown > 0 ? [`not known ${unknown}`] : [])].join(', ')}.`;
}

/** With one class only, a model that always answers it looks perfect. */
function oneClass({ labels, classNames }: { readonly labels: Int32Array; readonly classNames?: readonly string[] | undefined }): string[] {
  const [label] = labels;
  if (label === undefined || labels.some((other) => other !== label)) return [];
  return [
    `All examples are of one class, ${classNames?.[label] ?? label}: clean accuracy says nothing about a model that always answers it.`,
  ];
}
