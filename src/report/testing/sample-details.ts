/** Made-up evidence for the tests of reports: one detail of every kind. */
import type { Detail } from '../../audit/details.ts';
import { pngDataUri } from './png.ts';

const PICTURE = pngDataUri(
  Array.from({ length: 64 }, (_, i) => (i % 8) / 8),
  8,
  8,
  1,
);

const TABLES: readonly Detail[] = [
  {
    kind: 'table',
    title: 'Accuracy under each corruption',
    columns: [{ name: 'Corruption' }, { name: 'Severity', unit: 'count' }, { name: 'Accuracy', unit: 'share' }, { name: 'Note' }],
    rows: [
      ['gaussian noise', 3, 0.91, null],
      ['fog', 3, 0.42, 'the worst'],
      ['brightness', 3, 0.97, null],
    ],
    worst: 1,
  },
  {
    kind: 'heat-map',
    title: 'Robust accuracy by group',
    rows: ['women', 'men'],
    columns: ['under 40', '40 and older'],
    values: [
      [0.62, null],
      [0.71, 0.66],
    ],
    unit: 'share',
    better: 'higher',
  },
  {
    kind: 'confusion',
    title: 'Answers on clean examples',
    classes: ['cat', 'dog'],
    counts: [
      [48, 2],
      [5, 45],
    ],
  },
  {
    kind: 'checklist',
    title: 'Items of the evaluation checklist',
    items: [
      { name: 'Iterations converged', status: 'pass', text: 'Twice the steps break no further example.' },
      { name: 'Black-box does not beat white-box', status: 'fail', text: 'Square breaks 4 examples that PGD leaves.' },
      { name: 'Expectation over transformations', status: 'not-applicable', text: 'The model draws no random numbers.' },
    ],
  },
];

const CHARTS: readonly Detail[] = [
  {
    kind: 'ranges',
    title: 'Each example: certified up to here, broken from there on',
    x: { label: 'ε (linf)', unit: 'epsilon' },
    end: 0.4,
    mark: 0.3,
    names: { low: 'certified', open: 'unknown', high: 'broken by an attack' },
    items: [
      { name: 'image 17', low: 0.31, high: null },
      { name: 'image 4', low: 0.12, high: 0.25 },
    ],
  },
  {
    kind: 'curve',
    title: 'Accuracy against the size of the perturbation',
    x: { label: 'ε (linf)' },
    y: { label: 'Accuracy', unit: 'share' },
    lines: [
      {
        name: 'under attack',
        points: [
          { x: 0, y: 0.98, low: 0.95, high: 0.99 },
          { x: 0.1, y: 0.5, low: 0.43, high: 0.57 },
          { x: 0.2, y: null },
          { x: 0.3, y: 0.02, low: 0, high: 0.05 },
        ],
      },
      {
        name: 'random noise',
        isBaseline: true,
        points: [
          { x: 0, y: 0.98 },
          { x: 0.3, y: 0.96 },
        ],
      },
    ],
  },
  {
    kind: 'curve',
    title: 'ROC',
    x: { label: 'False positive rate', unit: 'share', scale: 'log' },
    y: { label: 'True positive rate', unit: 'share', scale: 'log' },
    lines: [{ name: 'loss attack', points: [0.001, 0.01, 0.1, 1].map((x) => ({ x, y: Math.min(1, x * 1.4) })) }],
  },
  {
    kind: 'histogram',
    title: 'Confidence of members and others',
    x: { label: 'Confidence', unit: 'share' },
    edges: [0, 0.25, 0.5, 0.75, 1],
    series: [
      { name: 'members', counts: [1, 2, 10, 87] },
      { name: 'others', counts: [5, 9, 20, 16] },
    ],
  },
];

const MEDIA: readonly Detail[] = [
  {
    kind: 'images',
    title: 'The worst corruptions',
    items: [
      { caption: 'fog, severity 5', source: PICTURE, alt: 'A digit under fog' },
      { caption: 'frost, severity 5', source: PICTURE, alt: 'A digit under frost' },
    ],
  },
  {
    kind: 'text-diff',
    title: 'Typos that change the answer',
    items: [
      {
        caption: 'positive becomes negative',
        pieces: [
          { kind: 'same', text: 'a good ' },
          { kind: 'removed', text: 'film' },
          { kind: 'added', text: 'flim' },
        ],
      },
    ],
  },
  {
    kind: 'waveform',
    title: 'The worst recordings',
    items: [
      {
        caption: 'clipped at 10 dB',
        envelope: [
          [-0.2, 0.3],
          [-0.5, 0.5],
          [-0.1, 0.2],
        ],
      },
    ],
  },
];

const TEXTS: readonly Detail[] = [
  {
    kind: 'graph',
    title: 'Nodes that compare the input with a constant',
    nodes: [
      { name: 'cmp', type: 'Equal', inputs: ['mean', 'trigger'], outputs: ['hit'], suspicious: true },
      { name: 'pick', type: 'Where', inputs: ['hit', 'fixed', 'logits'], outputs: ['output'], attributes: 'axis = 1', suspicious: false },
    ],
  },
  { kind: 'code', title: 'What the runtime said', language: 'text', text: 'INVALID_ARGUMENT: Got invalid dimensions' },
  { kind: 'link', title: 'How calibration is measured', href: 'https://arxiv.org/abs/1706.04599' },
];

/** One detail of every kind, and a curve on logarithmic axes. */
export function sampleDetails(): Detail[] {
  return structuredClone([...TABLES, ...CHARTS, ...MEDIA, ...TEXTS]);
}
