/** Signs that gradients are masked rather than the model robust (Athalye et al., arXiv:1802.00420; AutoAttack's flags; Pintor et al., arXiv:2106.09947). */
import { DIRECTIONS } from '../../attacks/probes/slopes.ts';
import { attackOf } from '../../attacks/registry.ts';
import { VOTES } from '../../model/judge.ts';
import { clopperPearson, type Proportion, proportion } from '../../stats/proportion.ts';
import { cutsIn } from '../gradient-look.ts';
import { figure, type Metric, share } from '../metric.ts';
import type { RanAttack } from '../ran.ts';
import { CALLS } from '../tasks/steadiness.ts';
import { drawsOf, isAveraged, isVoted } from './averaged.ts';
import { deadEnds, namesOf, overflows, roundings } from './culprits.ts';
import { isMaterial, isMaterialOf, SPREAD } from './examination.ts';
import type { Grounds, Item } from './item.ts';
import { OWN_STAND_IN_FIGURES, ownStandIns } from './own-stand-ins.ts';
import type { Scrutiny } from './scrutiny.ts';

/** Rounding operators that leave fewer even levels than 5 bits have change what small steps do. */
const COARSE = 32;
/** A gradient that is worth nothing loses to the best of eight random steps eight times of nine; an honest one hardly ever. */
const MISLEADING = 0.2;

const BLACK_BOX = 'Judge this model by its black-box figures: a gradient attack that cannot move flatters it.';
const EOT =
  'Average the loss over many draws of the randomness (expectation over transformation, arXiv:1707.07397) before taking gradients.';

/** What its items may put into figures. */
export const SIGNAL_FIGURES: readonly string[] = [
  'zeroGradients',
  'zeroAtInput',
  'badGradients',
  'badAtInput',
  'levels',
  ...OWN_STAND_IN_FIGURES,
  'vanished',
  'logits',
  'misled',
  'unsteady',
  'flips',
  'beatenByScores',
  'missed',
  'lastResort',
  'unbounded',
];

export function signalsOf(grounds: Grounds): Item[] {
  const [before, after] = [
    [zeroGradients, badGradients, roundingOperators],
    [saturation, misleading, random, blackBox, wholeRange],
  ];
  return [...before.map((signal) => signal(grounds)), ...ownStandIns(grounds), ...after.map((signal) => signal(grounds))];
}

const none = (id: string, name: string, reason: string): Item => ({ id, name, status: 'not-applicable', text: reason });

function zeroGradients({ ran, scrutiny }: Grounds): Item {
  const [id, name] = ['zero-gradients', 'No gradient is exactly zero'];
  if (scrutiny.without !== undefined) return none(id, name, scrutiny.without);
  const { slopes } = ran.evidence;
  const flat = scrutiny.slopes.filter(({ slopes: { margin } }) => margin === 0).length;
  const [climbing, standing] = [proportion(slopes.zero, slopes.n), proportion(flat, scrutiny.slopes.length)];
  const metrics = {
    zeroGradients: share(climbing, { label: 'Zero gradients, first step', better: 'lower', baseline: 0 }),
    zeroAtInput: share(standing, { label: 'Zero gradients, at the example', better: 'lower', baseline: 0 }),
  };
  // Where the cross-entropy alone has none, the softmax is to blame: see saturation.
  const ofSoftmax = isMaterial(lostInSoftmax(scrutiny), scrutiny.slopes.length);
  const isBad = (isMaterial(climbing.count, climbing.n) && !ofSoftmax) || isMaterial(standing.count, standing.n);
  const ends = deadEnds(scrutiny.anatomy);
  const cause = isBad && ends.length > 0 ? ` They end at ${namesOf(ends)}.` : '';
  return {
    id,
    name,
    status: isBad ? 'fail' : 'pass',
    text: `The gradient was exactly zero at the first step of attacks on {zeroGradients~} of the examples, and at the example itself, for the margin loss, on {zeroAtInput~}.${cause}`,
    metrics,
    places: isBad ? ends : [],
    remedies: [
      BLACK_BOX,
      ends.length > 0
        ? `Leave out ${namesOf(ends)} for the evaluation, or give it a differentiable stand-in (BPDA, arXiv:1802.00420).`
        : 'Look for clipping, thresholds and casts to integers between input and output.',
    ],
  };
}

function badGradients({ ran, scrutiny }: Grounds): Item {
  const [id, name] = ['bad-gradients', 'All gradients are finite'];
  if (scrutiny.without !== undefined) return none(id, name, scrutiny.without);
  const { slopes } = ran.evidence;
  const bad = scrutiny.slopes.filter(({ slopes: { crossEntropy, margin } }) => crossEntropy === null || margin === null).length;
  const [climbing, standing] = [proportion(slopes.notFinite, slopes.n), proportion(bad, scrutiny.slopes.length)];
  const isBad = isMaterial(climbing.count, climbing.n) || isMaterial(standing.count, standing.n);
  const places = overflows(scrutiny.anatomy);
  return {
    id,
    name,
    status: isBad ? 'fail' : 'pass',
    text: `The gradient was NaN or infinite at the first step of attacks on {badGradients~} of the examples, and at the example itself on {badAtInput~}.${isBad && places.length > 0 ? ` It breaks at ${namesOf(places)}.` : ''} Attacks take such elements as zero.`,
    metrics: {
      badGradients: share(climbing, { label: 'Gradients not finite, first step', better: 'lower', baseline: 0 }),
      badAtInput: share(standing, { label: 'Gradients not finite, at the example', better: 'lower', baseline: 0 }),
    },
    places: isBad ? places : [],
    remedies: [
      places.length > 0
        ? `Guard ${namesOf(places)} against the point where its derivative is infinite (add a small constant under a root, a logarithm or a division).`
        : 'Find the operator whose derivative is infinite (often Sqrt, Log or Div at 0), and guard it.',
      BLACK_BOX,
    ],
  };
}

/** The graph itself says it: whatever the input is, its gradient is zero. */
function cutOff(id: string, name: string, cuts: readonly string[]): Item {
  return {
    id,
    name,
    status: 'warn',
    text: `The true gradient is zero everywhere: each path from the input to the scores goes through ${cuts.join(', ')}. Gibbon lets them count as what they cut off, other tools see a model without slopes.`,
    remedies: [BLACK_BOX, 'Attack through a stand-in that resembles the layer more closely (--stand-in; BPDA, arXiv:1802.00420).'],
  };
}

const levelsOf = (levels: number, n: number): Metric =>
  figure(levels, {
    label: 'Levels that the coarsest rounding leaves',
    better: 'higher',
    baseline: 256,
    unit: 'count',
    n,
    method: '1/√(1 − r²) between input and output, median of the examples',
  });

function roundingOperators({ facts, scrutiny }: Grounds): Item {
  const [id, name] = ['masked-gradients', 'No operator rounds the gradient away'];
  if (scrutiny.without !== undefined) return none(id, name, scrutiny.without);
  const { masked } = facts.prepared;
  if (masked.length === 0) return { id, name, status: 'pass', text: 'The model has no rounding operators.' };
  const cuts = cutsIn(masked);
  if (cuts.length > 0) return cutOff(id, name, cuts);
  const all = roundings(scrutiny.anatomy);
  const coarse = all.filter(({ levels }) => levels < COARSE);
  const [worst] = all;
  if (!worst)
    return {
      id,
      name,
      status: 'pass',
      text: `Replaced by a straight-through gradient: ${masked.join(', ')}. What they round did not vary on the examples looked at.`,
    };
  const metrics = { levels: levelsOf(worst.levels, scrutiny.anatomy.length) };
  if (coarse.length === 0)
    return {
      id,
      name,
      status: 'pass',
      metrics,
      text: `${all.length === 1 ? 'One rounding operator is' : `${all.length} rounding operators are`} fine enough to be harmless: the coarsest, ${namesOf([worst])}, leaves about {levels} levels.`,
    };
  return {
    id,
    name,
    status: 'warn',
    metrics,
    places: coarse,
    text: `The true gradient is zero because of ${namesOf(coarse)}; the coarsest leaves about {levels} levels. Gibbon puts a straight-through gradient in its place, other tools see a model without slopes.`,
    remedies: [
      BLACK_BOX,
      `Leave out ${namesOf(coarse)} for the evaluation, and attack again.`,
      'Attack through a smooth stand-in that is fitted to the rounded layer (--stand-in; BPDA, arXiv:1802.00420).',
    ],
  };
}

/** Examples on which the textbook's cross-entropy has no gradient, and the margin has one. */
const lostInSoftmax = ({ slopes }: Scrutiny): number =>
  slopes.filter(({ slopes: { textbook, margin } }) => textbook === 0 && margin !== 0).length;

function saturation({ scrutiny }: Grounds): Item {
  const [id, name] = ['saturation', 'The softmax does not saturate'];
  if (scrutiny.without !== undefined) return none(id, name, scrutiny.without);
  const lost = lostInSoftmax(scrutiny);
  const vanished = proportion(lost, scrutiny.slopes.length);
  const highest = Math.max(0, ...scrutiny.slopes.map(({ scale }) => scale));
  const isBad = isMaterial(lost, scrutiny.slopes.length);
  const [last] = scrutiny.anatomy[0]?.slice(-1) ?? [];
  return {
    id,
    name,
    status: isBad ? 'warn' : 'pass',
    metrics: {
      vanished: share(vanished, { label: 'Cross-entropy gradients lost in float32', better: 'lower', baseline: 0 }),
      logits: figure(highest, {
        label: 'Largest logit',
        better: null,
        unit: 'number',
        n: scrutiny.slopes.length,
        method: 'largest absolute value over the examples',
      }),
    },
    places: isBad && last ? [last] : [],
    text: isBad
      ? `The softmax saturates: with logits up to {logits} the gradient of the usual cross-entropy is exactly zero in float32 on {vanished~} of the examples, though that of the margin is not. Gibbon’s attacks on the margin go on all the same; attacks on the cross-entropy, here and in other tools, stand still and call the model robust.`
      : `Logits reach {logits}; the gradient of the usual cross-entropy is lost in float32 on {vanished~} of the examples.`,
    remedies: [
      `Attack the logits before the layer that scales them${last ? ` (${namesOf([last])} gives them out)` : ''}, or a loss of their differences (margin, DLR).`,
      BLACK_BOX,
    ],
  };
}

function misleading({ scrutiny }: Grounds): Item {
  const [id, name] = ['misleading-gradients', 'Gradients point uphill'];
  if (scrutiny.without !== undefined) return none(id, name, scrutiny.without);
  const usable = scrutiny.slopes.filter(({ slopes: { margin } }) => margin !== 0);
  const lost = proportion(usable.filter(({ gained, random: other }) => gained <= other).length, usable.length);
  const isBad = lost.n > 0 && lost.low > MISLEADING;
  return {
    id,
    name,
    status: usable.length === 0 ? 'not-applicable' : isBad ? 'fail' : 'pass',
    text:
      usable.length === 0
        ? 'There is no gradient to follow.'
        : `A step of a tenth of epsilon along the gradient gains no more than the best of ${DIRECTIONS} random steps on {misled~} of the examples.`,
    metrics: { misled: share(lost, { label: 'Gradients that lead nowhere', better: 'lower', baseline: DIRECTIONS / (DIRECTIONS + 1) }) },
    remedies: [
      BLACK_BOX,
      'Look for layers that change fast (sine, modulo, steps, steep sigmoids) and leave them out for the evaluation, or average the gradient over points nearby.',
    ],
  };
}

function random({ facts, ran }: Grounds): Item {
  const [id, name] = ['random-answers', 'The same input gets the same answer'];
  const { steadiness } = ran.cross;
  const nodes = facts.prepared.random ?? [];
  const unsteady = proportion(steadiness.filter(({ spread }) => spread > SPREAD).length, steadiness.length);
  const flips = proportion(
    steadiness.reduce((sum, one) => sum + one.flips, 0),
    steadiness.length * (CALLS - 1),
  );
  const isBad = unsteady.count > 0 || nodes.length > 0;
  const averaged = isAveraged(facts);
  const votes = ` Decisions are the most frequent of ${VOTES} answers here`;
  const how = averaged
    ? `${votes}, and gradients are means over ${drawsOf(facts)} draws.`
    : isVoted(facts)
      ? `${votes}, but no gradient is a mean over several draws.`
      : ' Each figure of this report is one draw.';
  const named =
    nodes.length === 0
      ? ''
      : ` It draws random numbers in ${nodes.slice(0, 3).join(', ')}${nodes.length > 3 ? ` and ${nodes.length - 3} more` : ''}.`;
  return {
    id,
    name,
    status: isBad ? (averaged ? 'warn' : 'fail') : steadiness.length === 0 ? 'not-applicable' : 'pass',
    text:
      steadiness.length === 0
        ? `No example was asked twice.${named}`
        : `Asked ${CALLS} times, {unsteady~} of the examples got another answer in some call; {flips~} of the calls decided otherwise than the first.${named}${isBad ? how : ''}`,
    metrics: {
      unsteady: share(unsteady, { label: 'Answers that change', better: 'lower', baseline: 0 }),
      flips: share(flips, { label: 'Decisions that change', better: 'lower', baseline: 0 }),
    },
    remedies: [
      ...(averaged ? [] : [EOT]),
      'Evaluate with the randomness fixed as well: what holds only while it is drawn anew is luck.',
      'If it is dropout left in training mode, export the model for inference.',
    ],
  };
}

function blackBox({ ran, facts }: Grounds): Item {
  const [id, name] = ['gradients-beaten', 'Attacks without gradients find nothing more'];
  const { cross, evidence } = ran;
  const trial = cross.trials.scores;
  const { missedByGradients: missed } = evidence;
  if (!ran.ran.some(({ unit }) => unit.knowledge === 'gradients')) return none(id, name, 'No gradient attack ran that others could beat.');
  const hits = (one: RanAttack | undefined): number[] =>
    [...(one?.replies.values() ?? [])].filter(({ broken }) => broken).map(({ index }) => index);
  // Gradients get their second try, too: what more steps find as well is no sign of masking.
  const byGradients = new Set([...hits(cross.trials.steps), ...hits(cross.trials.restarts)]);
  // Scores may have been asked about more examples than gradients got their second try on: only those can be compared.
  const compared = new Set((cross.trials.steps ?? trial)?.items.map(({ index }) => index));
  const byScores = new Set(hits(trial).filter((index) => compared.has(index)));
  const fell = proportion([...byScores].filter((index) => !byGradients.has(index)).length, trial ? compared.size : 0);
  const reverse = [...byGradients].filter((index) => !byScores.has(index)).length;
  const beaten = proportion(missed.count, missed.n);
  const last = lastResort(ran.ran);
  const isBad =
    (isMaterialOf(fell.count, fell.n, cross) && fell.count > reverse) ||
    isMaterial(beaten.count, beaten.n) ||
    isMaterialOf(last.count, last.n, { standing: last.n, correct: cross.correct });
  const tried = trial
    ? `Of the examples that withstood the plan, {beatenByScores~} fell to ${trial.unit.name}, which sees scores only, and not to more steps or restarts; ${reverse} the other way round.`
    : cross.standing === 0
      ? 'No example withstood the gradients, so nothing was left to find.'
      : 'Attacks that see scores ran on all examples.';
  return {
    id,
    name,
    status: isBad ? 'fail' : 'pass',
    text: `${tried}${last.n === 0 ? '' : ` Of the examples that the gradients of an ensemble left, {lastResort~} fell to its member that sees scores only.`} Noise and attacks that see labels or scores broke {missed~} of the examples that both kinds attacked and gradients did not break.`,
    metrics: {
      beatenByScores: share(fell, { label: 'Withstood gradients, fell to scores', better: 'lower', baseline: 0 }),
      missed: share(beaten, { label: 'Fell to attacks without gradients only', better: 'lower', baseline: 0 }),
      ...(last.n > 0 && {
        lastResort: share(last, { label: "Left by an ensemble's gradients, fell to scores", better: 'lower', baseline: 0 }),
      }),
    },
    remedies: [
      `Trust the smaller figure: run \`gibbon attack ${trial?.unit.id ?? 'square'}\` on ${facts.model.name}, or the thorough preset, on all examples.`,
      'Look for rounding, saturation or randomness in the model.',
    ],
  };
}

/** What the members without gradients of an attack made of several broke, of what those with gradients had left (AutoAttack, checks.py: Square's gain). */
function lastResort(ran: readonly RanAttack[]): Proportion {
  const asked = ran
    .flatMap(({ replies }) => [...replies.values()])
    .filter(({ stages }) => stages?.some(({ attack }) => attackOf(attack).knowledge !== 'gradients'));
  const fell = asked.filter(({ broken, stages }) => broken && attackOf(stages?.at(-1)?.attack as string).knowledge !== 'gradients');
  return proportion(fell.length, asked.length);
}

function wholeRange({ facts, scrutiny }: Grounds): Item {
  const [id, name] = ['unbounded', 'An unbounded attack breaks everything'];
  if (scrutiny.without !== undefined) return none(id, name, scrutiny.without);
  if (!scrutiny.whole) return none(id, name, 'The data has no range that an unbounded attack could cross.');
  const { ran, epsilon } = scrutiny.whole;
  const standing = proportion([...ran.replies.values()].filter(({ broken }) => !broken).length, ran.items.length);
  const chance = 1 / Math.max(2, facts.prepared.data.classes);
  const isBad = clopperPearson(standing.count, standing.n).low > chance;
  return {
    id,
    name,
    status: isBad ? 'fail' : 'pass',
    text: `With epsilon ${Number(epsilon.toPrecision(3))}, the whole range of the data, {unbounded~} of the examples withstand a gradient attack; chance leaves ${(100 * chance).toFixed(chance < 0.01 ? 1 : 0)} %.`,
    metrics: { unbounded: share(standing, { label: 'Accuracy under an unbounded attack', better: 'lower', baseline: chance }) },
    remedies: [
      BLACK_BOX,
      'An attack that may change everything and still fails is broken, or has no gradient to follow: see the other signs.',
    ],
  };
}
