/** Members (training examples) and others, as subjects that any worker can open. */
import { GibbonError } from '../base/errors.ts';
import type { DataSpec } from '../data/dataset.ts';
import type { Asking } from './asking.ts';
import type { CheckFacts } from './checks/facts.ts';
import type { Subject } from './subject.ts';
import { openLikeTask } from './tasks/open-like.ts';

export interface Side {
  readonly subject: Subject;
  readonly length: number;
  /** The right class of every sample. */
  readonly labels: readonly number[];
  readonly notes: readonly string[];
}

export interface Sides {
  readonly members: Side;
  readonly others: Side;
}

/** @throws GibbonError for data that cannot be read or does not fit, and E_USAGE where both sides are the same files */
export async function openSides({ options, prepared, subject }: CheckFacts, asking: Pick<Asking, 'once'>): Promise<Sides> {
  if (!options.members) throw new GibbonError('E_INTERNAL', 'there are no members to open');
  const { path: _, labels: __, table: ___, arrays: ____, as: _____, ...how } = options.data;
  const open = async (data: DataSpec, split: Pick<DataSpec, 'split'>): Promise<Side & { sha256: string }> => {
    const { classes, classNames } = prepared.data;
    const opened = await asking.once(openLikeTask, { subject, data: { ...how, ...split, ...data }, classes, classNames });
    const { sha256, length, labels, notes, preprocessing } = opened;
    return { subject: { ...subject, data: opened.data, preprocessing, contents: sha256 }, length, labels, notes, sha256 };
  };
  const members = await open(options.members, { split: 'train' });
  const others = options.nonMembers
    ? await open(options.nonMembers, {})
    : { subject, length: prepared.labels.length, labels: prepared.labels, notes: [], sha256: prepared.data.sha256 };
  // One archive may hold both parts.
  if (members.sha256 === others.sha256 && members.labels.join() === others.labels.join()) {
    throw new GibbonError('E_USAGE', `${options.members.path} holds the very data that it should be compared with`, {
      hint: 'Members are examples that the model was trained on, non-members (--non-members, or else --data) are others of the same kind.',
    });
  }
  return { members, others };
}
