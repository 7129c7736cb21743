/** What of a baseline's attacks a later run did not do, or did with less: an example that nobody tried to break is no example that withstood. */
import type { AttackResult, ModelResult } from '../result.ts';

/** Parameters of which more never makes an attack weaker; of any other one nobody can say which value is the harder. */
const AMOUNTS: ReadonlySet<string> = new Set(['steps', 'restarts', 'repeats', 'positions', 'maxQueries', 'maxEvals']);

/** Undefined where the later run tried at least as hard. */
export function triedLess(before: ModelResult, after: ModelResult): string | undefined {
  const cut = newlyCut(before, after);
  if (cut !== undefined) return cut;
  const left = [...after.attacks];
  // Where an attack ran more than once, the runs that are alike belong together.
  const twins = before.attacks.map((one) => take(left, (other) => other.id === one.id && shortfall(one, other) === undefined));
  for (const [i, attack] of before.attacks.entries()) {
    const twin = twins[i] ?? take(left, ({ id }) => id === attack.id);
    if (!twin) return `this run has no figures of ${attack.name}, which the baseline ran`;
    const less = shortfall(attack, twin) ?? fewerExamples([before, attack], [after, twin]);
    if (less !== undefined) return `${attack.name} ran in the baseline with ${less[0]}, in this run with ${less[1]}`;
  }
  return undefined;
}

function take(from: AttackResult[], fits: (one: AttackResult) => boolean): AttackResult | undefined {
  const at = from.findIndex(fits);
  return at < 0 ? undefined : from.splice(at, 1)[0];
}

type Sides = readonly [before: string, after: string];

/** The first parameter that is smaller than it was, or other in a way that may be weaker. */
function shortfall({ params: was }: AttackResult, { params: is }: AttackResult): Sides | undefined {
  const told = (name: string, value: unknown): string => (value === undefined ? `${name} as usual` : `${name} ${JSON.stringify(value)}`);
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]) && !isMore(name, was[name], is[name]))
    .map((name): Sides => [told(name, was[name]), told(name, is[name])])[0];
}

function isMore(name: string, was: unknown, is: unknown): boolean {
  return AMOUNTS.has(name) && typeof was === 'number' && typeof is === 'number' && is > was;
}

type Ran = readonly [model: ModelResult, attack: AttackResult];

/** A plan may limit an attack to a part of the examples; what counts is what a budget or a failure took away. */
function fewerExamples(was: Ran, is: Ran): Sides | undefined {
  if (cutIn(was[0]).length + cutIn(is[0]).length === 0 || share(is) >= share(was)) return undefined;
  const told = (ran: Ran): string => `${Math.round(100 * share(ran))} % of the examples that were right`;
  return [told(was), told(is)];
}

function share([{ summary }, { successRate }]: Ran): number {
  const correct = summary.cleanAccuracy.count;
  return correct === 0 ? 1 : successRate.n / correct;
}

function newlyCut(before: ModelResult, after: ModelResult): string | undefined {
  const known = new Set(cutIn(before).map(({ name }) => name));
  const [cut] = cutIn(after).filter(({ name }) => !known.has(name));
  return cut && `this run did not finish ${cut.name} (${cut.reason.replace(/\.$/, '')})`;
}

const SIGNS: ReadonlySet<string> = new Set(['incomplete', 'budget-spent']);

/** Results of earlier versions say it in a finding only. */
function cutIn({ attacksCut, findings }: ModelResult): NonNullable<ModelResult['attacksCut']> {
  return attacksCut ?? findings.filter(({ id }) => SIGNS.has(id)).map(({ title }) => ({ name: 'its attacks', reason: title }));
}
