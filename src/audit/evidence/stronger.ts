/** What the strongest attacks of the field add to the plan: each decides by what it broke alone, where it has run. */
import { proportion } from '../../stats/proportion.ts';
import { share } from '../metric.ts';
import type { RanAttack } from '../ran.ts';
import { drawsOf, isAveraged } from './averaged.ts';
import { isMaterial, isMaterialOf, SPREAD } from './examination.ts';
import type { Grounds, Item } from './item.ts';

interface Stronger {
  readonly id: string;
  readonly name: string;
  /** As people call it. */
  readonly what: string;
  /** The attack's ids; none where it is a part of every gradient attack. */
  readonly ids: readonly string[];
  /** What is to be said of a part of every gradient attack. */
  within?(grounds: Grounds): Pick<Item, 'status' | 'text'>;
  /** Why this model does not call for it, if it does not. */
  spared?(grounds: Grounds): string | undefined;
}

const STRONGER: readonly Stronger[] = [
  {
    id: 'bpda',
    name: 'Stand-ins for rounded layers find nothing more',
    what: 'BPDA (arXiv:1802.00420)',
    ids: [],
    within: ({ facts: { options, prepared } }) =>
      options.gradients?.exact
        ? { status: 'undecided', text: `Nothing stood in for ${prepared.masked.join(', ')}: exact gradients were asked for.` }
        : { status: 'pass', text: `All attacks with gradients went through stand-ins: ${prepared.masked.join(', ')}.` },
    spared: ({ facts }) => (facts.prepared.masked.length === 0 ? 'No layer of the model needs a stand-in.' : undefined),
  },
  {
    id: 'eot',
    name: 'Averaging over the randomness finds nothing more',
    what: 'EOT (arXiv:1707.07397)',
    ids: [],
    within: ({ facts }) =>
      isAveraged(facts)
        ? {
            status: 'pass',
            text: `All attacks with gradients took the mean over ${drawsOf(facts)} draws of ${facts.prepared.random?.join(', ')}.`,
          }
        : { status: 'undecided', text: 'Gradients were not averaged: one draw was asked for, or what draws is not known.' },
    spared: ({ facts, ran }) =>
      (facts.prepared.random ?? []).length === 0 && ran.cross.steadiness.every(({ spread }) => spread <= SPREAD)
        ? 'The model answers without randomness.'
        : undefined,
  },
  { id: 'apgd', name: 'Adaptive step sizes find nothing more', what: 'APGD (arXiv:2003.01690)', ids: ['apgd'] },
  {
    id: 'autoattack',
    name: 'The standard ensemble finds nothing more',
    what: 'AutoAttack (arXiv:2003.01690)',
    ids: ['auto'],
  },
];

/** What its items may put into figures. */
export const STRONGER_FIGURES: readonly string[] = STRONGER.map(({ id }) => id);

export function strongerItems(grounds: Grounds): Item[] {
  return STRONGER.map((one) => itemOf(one, grounds));
}

function itemOf({ id, name, what, ids, spared, within }: Stronger, grounds: Grounds): Item {
  const reason = spared?.(grounds);
  if (reason !== undefined) return { id, name, status: 'not-applicable', text: reason };
  if (within) {
    const hasGradients = grounds.ran.ran.some(({ unit }) => unit.knowledge === 'gradients');
    return hasGradients ? { id, name, ...within(grounds) } : { id, name, status: 'not-applicable', text: 'No attack with gradients ran.' };
  }
  const { ran: planned, cross } = grounds.ran;
  // What was tried on examples that withstood counts as well.
  const ran = [...planned, ...Object.values(cross.trials)];
  const own = ran.filter(({ unit }) => ids.includes(unit.id));
  if (own.length === 0 && cross.standing === 0 && cross.correct > 0)
    return { id, name, status: 'pass', text: 'No example withstood the attacks, so nothing was left to break.' };
  if (own.length === 0) return { id, name, status: 'undecided', text: `${what} did not run in this audit.` };
  const [mine, others] = [fell(own), fell(ran.filter((one) => !own.includes(one)))];
  const tried = new Set(own.flatMap(({ items }) => items.map(({ index }) => index)));
  const more = proportion([...mine].filter((index) => !others.has(index)).length, tried.size);
  return {
    id,
    name,
    status: (own.some((one) => planned.includes(one)) ? isMaterial(more.count, more.n) : isMaterialOf(more.count, more.n, cross))
      ? 'warn'
      : 'pass',
    text: `{${id}~} of the examples that it was tried on fell to ${what} and to no other attack.`,
    metrics: { [id]: share(more, { label: `Fell to ${what} only`, better: 'lower', baseline: 0 }) },
    remedies: [`Quote the figure with ${what}: the other attacks are too weak for this model.`],
  };
}

const fell = (all: readonly RanAttack[]): Set<number> =>
  new Set(
    all
      .flatMap(({ replies }) => [...replies.values()])
      .filter(({ broken }) => broken)
      .map(({ index }) => index),
  );
