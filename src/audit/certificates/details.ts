/** Certificates as evidence for the report: the curve with both sides, a bar for each example, what stands in the way of the undecided. */
import type { Detail } from '../details.ts';
import type { Proportion } from '../result.ts';
import type { Certificates, CertifiedSample } from './result.ts';

const NORMS = { linf: 'L∞', l2: 'L2', l1: 'L1' } as const;

export interface Naming {
  readonly classNames: readonly string[] | null;
  nameOf(index: number): string;
}

export function certificateDetails(certificates: Certificates, naming: Naming): Detail[] {
  return [...curveOf(certificates), ...barsOf(certificates, naming), ...obstacles(certificates, naming), ...searches(certificates, naming)];
}

const size = ({ norm }: Certificates): string => `size of the change ε (${NORMS[norm]})`;

function curveOf(certificates: Certificates): Detail[] {
  const { curve } = certificates;
  if (curve.length === 0) return [];
  const point = (epsilon: number, { value, low, high }: Proportion) => ({ x: epsilon, y: value, low, high });
  const upper = curve.flatMap(({ epsilon, unbroken }) => (unbroken ? [point(epsilon, unbroken)] : []));
  const certified = { name: 'Certified', points: curve.map((one) => point(one.epsilon, one.certified)) };
  return [
    {
      kind: 'curve',
      title: 'Accuracy that is proved, and accuracy that no attack has broken, on the same examples',
      x: { label: size(certificates), unit: 'epsilon' },
      y: { label: 'Share of the examples', unit: 'share' },
      lines: [...(upper.length > 0 ? [{ name: 'Unbroken by attacks', points: upper }] : []), certified],
      ...(upper.length > 0 && { between: { above: 0, below: 1, name: 'undecided' } }),
    },
  ];
}

function barsOf(certificates: Certificates, { nameOf }: Naming): Detail[] {
  const { radius, samples, epsilon } = certificates;
  if (!radius) return [];
  const right = samples.filter(({ status }) => status !== 'misclassified');
  const known = right.flatMap(({ lower, upper }) => [lower, upper ?? lower]);
  return [
    {
      kind: 'ranges',
      title: 'Each example: certified up to here, broken from there on',
      x: { label: size(certificates), unit: 'epsilon' },
      end: Math.max(epsilon, ...known) * 1.05,
      mark: epsilon,
      names: { low: 'certified', open: 'unknown', high: 'broken by an attack' },
      items: [...right]
        .sort((a, b) => b.lower - a.lower || (b.upper ?? Infinity) - (a.upper ?? Infinity))
        .map(({ index, lower, upper }) => ({ name: nameOf(index), low: lower, high: upper })),
    },
  ];
}

function obstacles(certificates: Certificates, { classNames, nameOf }: Naming): Detail[] {
  const open = certificates.samples.filter(
    (one): one is CertifiedSample & { obstacle: NonNullable<CertifiedSample['obstacle']> } =>
      one.status === 'undecided' && one.obstacle !== null,
  );
  if (open.length === 0) return [];
  return [
    {
      kind: 'table',
      title: 'What stands in the way of the undecided',
      columns: [
        { name: 'Example' },
        { name: 'Class that could be ruled out least' },
        { name: 'Neurons of open sign', unit: 'count' },
        { name: 'of', unit: 'count' },
        { name: 'Layer with most of them' },
        { name: 'Would pass at ε', unit: 'epsilon' },
        { name: 'Tried last' },
      ],
      rows: open.map(({ index, obstacle, lower, method }) => [
        nameOf(index),
        classNames?.[obstacle.target] ?? String(obstacle.target),
        obstacle.unstable,
        obstacle.neurons,
        obstacle.layer,
        lower,
        method,
      ]),
    },
  ];
}

const ENDED = {
  time: 'the time was over (--budget)',
  rounding: 'scores so close that the order of their sums decides',
  rules: 'the nearest row of that class is none that the data could hold',
  method: 'bounds by intervals alone (--method ibp)',
} as const;

/** Of tree ensembles: how far the search came, and what ended it. */
function searches({ samples }: Certificates, { classNames, nameOf }: Naming): Detail[] {
  const open = samples.flatMap((sample) => (sample.search ? [{ ...sample, search: sample.search }] : []));
  if (open.length === 0) return [];
  return [
    {
      kind: 'table',
      title: 'How far the search came for the undecided',
      columns: [
        { name: 'Example' },
        { name: 'Class that could not be ruled out' },
        { name: 'Proved up to ε', unit: 'epsilon' },
        { name: 'Choices of leaves looked at', unit: 'count' },
        { name: 'What ended it' },
      ],
      rows: open.map(({ index, lower, search }) => [
        nameOf(index),
        classNames?.[search.other] ?? String(search.other),
        lower,
        search.explored,
        ENDED[search.by],
      ]),
    },
  ];
}
