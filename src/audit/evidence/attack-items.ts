/** Are the attacks as strong as they should be? Items of Carlini et al. (arXiv:1902.06705, section 3 to 5) that compare attacks with one another, example by example. */

import { strideOf } from '../../attacks/evasion/pgd.ts';
import type { Ascent } from '../../attacks/probes/ascent.ts';
import { proportion } from '../../stats/proportion.ts';
import { isNorm } from '../../threat/metric.ts';
import { figure, share } from '../metric.ts';
import type { RanAttack } from '../ran.ts';
import { isMaterial, isMaterialOf, type Trial } from './examination.ts';
import type { Grounds, Item } from './item.ts';

/** The part of the steps at whose end a loss should be flat. */
const TAIL = 0.2;
/** Share of the correct examples that may withstand only because the attack ended (lower end of the interval). */
const RISING = 0.1;
/** Points of robust accuracy between float32 and 8 bits that are worth a word. */
const GAP = 0.05;

const HARDER = 'Use the thorough preset, or `gibbon attack pgd` with more steps and restarts, and report the smaller figure.';

/** What its items may put into figures. */
export const ATTACK_ITEM_FIGURES: readonly string[] = [
  'more-steps',
  'more-restarts',
  'rising',
  'reach',
  'singleStep',
  'noiseOnly',
  'targetedOnly',
  'smallerOnly',
  'gap',
  'beyondWhiteBox',
];

export function attackItems(grounds: Grounds): Item[] {
  return [
    harder(grounds, 'steps', 'More steps break no more', 'twice the steps'),
    harder(grounds, 'restarts', 'More restarts break no more', 'other random starts'),
    converged(grounds),
    crossing(grounds),
    singleStep(grounds),
    noise(grounds),
    targeted(grounds),
    largerBalls(grounds),
    eightBit(grounds),
    otherKinds(grounds),
    transfer(grounds),
    certificates(grounds),
  ];
}

const hits = (ran: RanAttack | undefined): Set<number> =>
  new Set([...(ran?.replies.values() ?? [])].filter(({ broken }) => broken).map(({ index }) => index));
const union = (all: readonly RanAttack[]): Set<number> => new Set(all.flatMap((one) => [...hits(one)]));

const isWhite = ({ unit }: RanAttack): boolean => unit.knowledge === 'gradients';

function harder({ ran: { cross } }: Grounds, trial: Trial, name: string, how: string): Item {
  const id = `more-${trial}`;
  const tried = cross.trials[trial];
  if (!tried) {
    if (cross.standing === 0 && cross.correct > 0)
      return { id, name, status: 'pass', text: 'No example withstood the attacks, so nothing was left to break.' };
    return { id, name, status: 'not-applicable', text: 'No iterative gradient attack ran, or the budget ended before this one.' };
  }
  const fell = proportion(hits(tried).size, tried.items.length);
  return {
    id,
    name,
    status: isMaterialOf(fell.count, fell.n, cross) ? 'fail' : 'pass',
    text: `With ${how}, {${id}~} of the examples that withstood the plan fell (${cross.standing} of ${cross.correct} withstood it).`,
    metrics: { [id]: share(fell, { label: `Fell to ${how}`, better: 'lower', baseline: 0 }) },
    remedies: [HARDER],
  };
}

function converged({ scrutiny, ran: { cross } }: Grounds): Item {
  const [id, name] = ['converged', 'The iterations have converged'];
  const { ascent } = scrutiny;
  if (!ascent || ascent.runs.length === 0)
    return { id, name, status: 'not-applicable', text: scrutiny.without ?? 'No ascent was looked at.' };
  if (ascent.of === 'all')
    return { id, name, status: 'pass', text: 'Every example fell before the last step, so nothing was left to converge.' };
  const rising = proportion(ascent.runs.filter(isRising).length, ascent.runs.length);
  return {
    id,
    name,
    status: (rising.low * cross.standing) / cross.correct > RISING ? 'fail' : 'pass',
    text: `Of the examples that withstood, {rising~} gained so much in the last fifth of ${ascent.steps} steps that as many steps again at that rate would break them.`,
    metrics: { rising: share(rising, { label: 'Would fall if the loss rose on', better: 'lower', baseline: 0 }) },
    remedies: ['Give the attack more steps until the loss is flat.', 'Where the curve jumps up and down, try smaller steps.'],
  };
}

/**
 * Would the decision turn (the margin reach 0) if the loss went on as in its last fifth for as many steps again? The best loss so far is what counts: sign
 * steps jump around a maximum that they have reached.
 */
export function isRising({ losses }: Ascent): boolean {
  const at = Math.floor((1 - TAIL) * (losses.length - 1));
  const best = (values: readonly number[]): number => Math.max(...values);
  const [before, last] = [best(losses.slice(0, at + 1)), best(losses)];
  return last > before && last + (last - before) / TAIL >= 0;
}

function crossing({ facts, ran }: Grounds): Item {
  const [id, name] = ['step-size', 'The steps can cross the ball'];
  const { norm } = facts.options;
  const epsilon = facts.epsilon.value;
  const all = ran.ran.filter(({ unit }) => unit.id === 'pgd');
  if (all.length === 0 || !isNorm(norm)) return { id, name, status: 'not-applicable', text: 'No attack with a fixed step size ran.' };
  const reaches = all.map(({ planned }) => {
    const { steps, stepSize } = strideOf(norm, epsilon, planned.params);
    return (steps * stepSize) / (2 * epsilon);
  });
  const least = Math.min(...reaches);
  return {
    id,
    name,
    // From one end of the ball to the other; Foolbox's 40 steps of epsilon/30 go two thirds of it, which from a random start mostly suffices.
    status: least < 0.5 ? 'fail' : 'pass',
    text: `Steps times step size is {reach} times the diameter of the ball; less than half of it could not reach the border from the middle.`,
    metrics: {
      reach: figure(least, {
        label: 'Reach of the steps, in diameters',
        better: 'higher',
        unit: 'ratio',
        method: 'steps × step size / 2ε, least of the attacks',
      }),
    },
    remedies: ['Take longer steps, or more of them: 2.5·epsilon/steps reaches any point of the ball.'],
  };
}

/** One kind of attack against another on the examples that both attacked. */
function paired(one: readonly RanAttack[], other: readonly RanAttack[]): { n: number; onlyOne: number; onlyOther: number } {
  const tried = (all: readonly RanAttack[]): Set<number> => new Set(all.flatMap(({ items }) => items.map(({ index }) => index)));
  const [a, b, both] = [union(one), union(other), [...tried(one)].filter((index) => tried(other).has(index))];
  return {
    n: both.length,
    onlyOne: both.filter((index) => a.has(index) && !b.has(index)).length,
    onlyOther: both.filter((index) => b.has(index) && !a.has(index)).length,
  };
}

function singleStep({ ran: { ran } }: Grounds): Item {
  const [id, name] = ['single-step', 'Iterating is better than a single step'];
  const [single, many] = [ran.filter(({ unit }) => unit.id === 'fgsm'), ran.filter((one) => isWhite(one) && one.unit.id !== 'fgsm')];
  if (single.length === 0 || many.length === 0)
    return { id, name, status: 'not-applicable', text: 'Not both of a single-step and an iterative attack ran.' };
  const { n, onlyOne, onlyOther } = paired(single, many);
  return {
    id,
    name,
    status: isMaterial(onlyOne, n) ? 'fail' : 'pass',
    text: `{singleStep~} of the examples fell to a single step and to no iterative attack; ${onlyOther} only to iterative ones.`,
    metrics: { singleStep: share(proportion(onlyOne, n), { label: 'Fell to a single step only', better: 'lower', baseline: 0 }) },
    remedies: ['Smaller steps lose their way here: look for gradients that change fast, and average them over points nearby.', HARDER],
  };
}

function noise({ ran: { ran } }: Grounds): Item {
  const [id, name] = ['noise', 'Noise is no match for the attacks'];
  const [blind, seeing] = [ran.filter(({ unit }) => unit.knowledge === 'nothing'), ran.filter(({ unit }) => unit.knowledge !== 'nothing')];
  if (blind.length === 0 || seeing.length === 0)
    return { id, name, status: 'not-applicable', text: 'Not both of noise and an attack ran.' };
  const { n, onlyOne, onlyOther } = paired(blind, seeing);
  const noisy = union(blind).size;
  const asGood = isMaterial(noisy, n) && !isMaterial(onlyOther, n) && onlyOther < noisy;
  return {
    id,
    name,
    status: isMaterial(onlyOne, n) || asGood ? 'fail' : 'pass',
    text: `{noiseOnly~} of the examples fell to noise and to no attack that looks at the model; ${onlyOther} only to attacks that do.`,
    metrics: { noiseOnly: share(proportion(onlyOne, n), { label: 'Fell to noise only', better: 'lower', baseline: 0 }) },
    remedies: ['The attacks do not use what they know of the model: see the signs of masked gradients.'],
  };
}

function targeted({ ran: { ran, cross } }: Grounds): Item {
  const [id, name] = ['targeted', 'A chosen wrong class is no easier than any'];
  const wanted = cross.trials.targeted;
  const white = ran.filter(isWhite);
  if (!wanted || white.length === 0) return { id, name, status: 'not-applicable', text: 'No targeted attack ran beside untargeted ones.' };
  const { n, onlyOne, onlyOther } = paired([wanted], white);
  return {
    id,
    name,
    status: isMaterial(onlyOne, n) ? 'fail' : 'pass',
    text: `{targetedOnly~} of the examples reached their least likely class but fell to no untargeted gradient attack; ${onlyOther} the other way round.`,
    metrics: { targetedOnly: share(proportion(onlyOne, n), { label: 'Fell to targeted attacks only', better: 'lower', baseline: 0 }) },
    remedies: ['Attack towards every class in turn, and count an example as broken if one of them is reached.', HARDER],
  };
}

function largerBalls({ scrutiny }: Grounds): Item {
  const [id, name] = ['larger-epsilon', 'A larger epsilon never breaks less'];
  const { balls } = scrutiny;
  if (balls.length < 2) return { id, name, status: 'not-applicable', text: scrutiny.without ?? 'No other epsilon was tried.' };
  const steps = balls.slice(1).map(({ ran }, i) => paired([(balls[i] as (typeof balls)[number]).ran], [ran]));
  const worst = steps.reduce((most, one) => (one.onlyOne - one.onlyOther > most.onlyOne - most.onlyOther ? one : most));
  const rates = balls.map(({ factor, ran }) => `${Math.round((100 * hits(ran).size) / ran.items.length)} % at ${factor}ε`).join(', ');
  return {
    id,
    name,
    status: isMaterial(worst.onlyOne, worst.n) && worst.onlyOne > worst.onlyOther ? 'fail' : 'pass',
    text: `The same attack from scratch breaks ${rates}; {smallerOnly~} of the examples fell in a ball and not in the next larger one.`,
    metrics: {
      smallerOnly: share(proportion(worst.onlyOne, worst.n), { label: 'Fell in the smaller ball only', better: 'lower', baseline: 0 }),
    },
    remedies: [
      'Whoever may change more can do what whoever may change less does: the attack loses its way. Try smaller steps and other losses.',
    ],
  };
}

/** What a picture keeps of the attacks when it is saved. */
function eightBit({ ran: { result } }: Grounds): Item {
  const [id, name] = ['eight-bit', 'Saved as 8-bit pictures they still work'];
  const { robustAccuracy: exact, robustAccuracy8bit: saved } = result.summary;
  if (!saved) return { id, name, status: 'not-applicable', text: 'The data is no pictures.' };
  const gap = saved.value - exact.value;
  return {
    id,
    name,
    status: gap >= GAP ? 'warn' : 'pass',
    text: `After rounding to 8 bits inside the ball, {gap} more of the examples stand than on float32. An attacker who must save a picture reaches the second figure.`,
    metrics: {
      gap: figure(gap, {
        label: 'Robust accuracy, 8-bit minus float32',
        better: 'lower',
        unit: 'difference',
        n: saved.n,
        method: 'the same examples, both forms',
      }),
    },
    remedies: ['Quote the figure of the form in which the attacker hands inputs over.'],
  };
}

function otherKinds({ ran: { ran, cross } }: Grounds): Item {
  const [id, name] = ['kinds', 'Attacks of different kinds were tried'];
  const all = [...ran, ...Object.values(cross.trials)];
  const known = (knowledge: string): string[] => [
    ...new Set(all.filter(({ unit }) => unit.knowledge === knowledge).map(({ unit }) => unit.name)),
  ];
  const [gradients, scores, labels] = [known('gradients'), known('scores'), known('labels')];
  const free = [...scores, ...labels];
  const text = `With gradients: ${gradients.join(', ') || 'none'}. With scores: ${scores.join(', ') || 'none'}. With labels: ${labels.join(', ') || 'none'}.`;
  if (free.length > 0) return { id, name, status: 'pass', text };
  if (cross.standing === 0 && cross.correct > 0)
    return { id, name, status: 'pass', text: `${text} Gradients broke every example, so others had nothing to add.` };
  return { id, name, status: 'undecided', text: `${text} An attack without gradients would tell whether these can be trusted.` };
}

/** The check `transfer` carries adversarial inputs of another model over. */
function transfer({ earlier }: Grounds): Item {
  const [id, name] = ['transfer', 'Another model’s adversarial inputs find nothing more'];
  const found = earlier.find((one) => one.id === 'transfer');
  const beyond = found?.metrics.beyondWhiteBox;
  if (!found || !beyond || beyond.value === null)
    return {
      id,
      name,
      status: 'not-applicable',
      text: 'Not available: no other model was attacked in place of this one (check transfer).',
    };
  const n = beyond.n ?? 0;
  return {
    id,
    name,
    status: isMaterial(Math.round(beyond.value * n), n) ? 'fail' : 'pass',
    text: `{beyondWhiteBox~} of the examples fell to inputs made on another model and to no gradient attack on this one.`,
    metrics: { beyondWhiteBox: beyond },
    remedies: ['White-box attacks that another model’s beat are misled by this model’s gradients.'],
  };
}

/** A lower bound that certificates prove. A check may prove fewer examples than were attacked: other examples are compared by their intervals. */
function certificates({ earlier, ran }: Grounds): Item {
  const [id, name] = ['certificates', 'Attacks come near what certificates prove'];
  const certified = earlier.flatMap(({ metrics }) => metrics.certifiedAccuracy ?? [])[0];
  if (certified?.value === undefined || certified.value === null)
    return { id, name, status: 'not-applicable', text: 'Needs certificates: the check certified-robustness gave none.' };
  const { robustAccuracy: robust } = ran.result.summary;
  const gap = robust.value - certified.value;
  const isBeaten = certified.n === robust.n ? gap < -1e-9 : robust.high < (certified.low ?? 0);
  const on = certified.n === robust.n ? '' : `, on ${robust.n} and ${certified.n} examples`;
  return {
    id,
    name,
    status: isBeaten ? 'fail' : 'pass',
    text: `Between what attacks left and what is proved lie ${(100 * gap).toFixed(1)} points${on}.`,
    remedies: ['Attacks broke what was certified: one of the two is wrong. Report it with the command.'],
  };
}
