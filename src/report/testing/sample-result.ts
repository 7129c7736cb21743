/** Made-up but consistent results for the tests of reports: every figure follows from the samples. */
import type {
  AttackResult,
  AuditResult,
  CurvePoint,
  Distances,
  ExampleImages,
  Finding,
  ModelResult,
  Proportion,
  SampleResult,
} from '../../audit/result.ts';
import { pngDataUri } from './png.ts';
import { proportionOf } from './proportion-of.ts';
import { sampleChecks } from './sample-checks.ts';

export type SampleOptions = {
  name?: string;
  n?: number;
  classes?: number;
  classNames?: string[] | null;
  modality?: ModelResult['data']['modality'];
  /** Share of correctly classified examples that the attacks break at the audited epsilon. */
  broken?: number;
  confidence?: boolean;
  epsilon?: number;
  epsilonText?: string;
  verdict?: ModelResult['summary']['verdict'];
  headline?: string;
  pictures?: number;
  side?: number;
};

type Settings = Required<SampleOptions>;

/** A generator of numbers in [0, 1) that is the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function distancesOf(s: Settings, random: () => number): Distances {
  const linf = s.epsilon * (0.9 + 0.1 * random());
  return { l0: 590, l1: linf * 400, l2: linf * 22, linf, ssim: s.modality === 'image' ? 0.8 + 0.15 * random() : null };
}

function samplesOf(s: Settings): SampleResult[] {
  const random = numbers(7);
  return Array.from({ length: s.n }, (_, index) => {
    const label = index % s.classes;
    const wrong = random() < 0.03;
    const falls = random() < s.broken;
    const sure = (base: number): number | null => (s.confidence ? Math.min(0.99999, base + (1 - base) * random()) : null);
    const other = (label + 1 + Math.floor(random() ** 2 * (s.classes - 1))) % s.classes;
    const clean = { label: wrong ? other : label, confidence: sure(0.9) };
    const adversarial = {
      attack: random() < 0.8 ? 'pgd' : 'fgsm',
      label: other,
      confidence: sure(0.5),
      distances: distancesOf(s, random),
      survives8bit: s.modality === 'image' ? random() < 0.95 : null,
    };
    return {
      index,
      id: `digits/${label}/${String(index).padStart(5, '0')}.png`,
      label,
      clean,
      adversarial: wrong || !falls ? null : adversarial,
    };
  });
}

/** A bright ring whose opening depends on the label, under noise of the given size. */
function picture(s: Settings, label: number, noise: number, random: () => number): number[] {
  const turn = (label / s.classes) * 2 * Math.PI;
  return Array.from({ length: s.side * s.side }, (_, i) => {
    const [x, y] = [((i % s.side) + 0.5) / s.side - 0.5, (Math.floor(i / s.side) + 0.5) / s.side - 0.5];
    const ring = Math.exp(-(((Math.hypot(x, y) - 0.3) / 0.07) ** 2));
    const open = Math.cos(Math.atan2(y, x) - turn) > 0.75 ? 0.05 : 1;
    return ring * open + (random() < 0.5 ? noise : -noise);
  });
}

function exampleOf(s: Settings, sample: SampleResult): ExampleImages[] {
  if (sample.adversarial === null) return [];
  const { adversarial } = sample;
  const image = (noise: number, offset = 0): string =>
    pngDataUri(
      picture(s, sample.label, noise, numbers(sample.index)).map((v, i) =>
        offset === 0 ? v : offset + (numbers(sample.index + i)() - 0.5) * 0.6,
      ),
      s.side,
      s.side,
      1,
    );
  const wave = (gain: number): number[][] =>
    Array.from({ length: 200 }, (_, i) =>
      [-1, 1].map((sign) => sign * gain * Math.abs(Math.sin(i / 9) * Math.exp(-(((i - 90) / 60) ** 2)))),
    );
  return [
    {
      index: sample.index,
      id: sample.id,
      attack: adversarial.attack,
      epsilon: s.epsilon,
      label: sample.label,
      clean: sample.clean,
      adversarial: { label: adversarial.label, confidence: adversarial.confidence },
      distances: adversarial.distances,
      survives8bit: adversarial.survives8bit,
      modality: s.modality,
      original: s.modality === 'image' ? image(0) : null,
      difference: s.modality === 'image' ? image(0, 0.5) : null,
      adversarialImage: s.modality === 'image' ? image(s.epsilon) : null,
      amplification: s.modality === 'image' ? 5 : null,
      series: s.modality === 'waveform' ? { original: wave(0.6), perturbation: wave(0.01) } : null,
      ...(s.modality === 'waveform' && { sound: soundOf(image) }),
    },
  ];
}

/** The shortest recording there is, and any pictures. */
function soundOf(image: (noise: number) => string): NonNullable<ExampleImages['sound']> {
  const clip = 'data:audio/wav;base64,UklGRigAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQQAAAAAAAAA';
  return {
    sampleRate: 8000,
    original: clip,
    adversarial: clip,
    spectrograms: { original: image(0), perturbation: image(0.5), adversarial: image(0.1) },
  };
}

/** The i-th example to fall takes 3·i questions. */
function toSuccessOf(broken: number, of: number): NonNullable<AttackResult['toSuccess']> {
  const queries = Array.from({ length: broken }, (_, i) => 3 * (i + 1));
  return { queries, median: queries[Math.ceil(of / 2) - 1] ?? null };
}

function attackOf(s: Settings, samples: readonly SampleResult[], id: string, strength: number): AttackResult {
  const correct = samples.filter((sample) => sample.clean.label === sample.label);
  const survivors = correct.filter((sample, i) => sample.adversarial === null || i % 100 >= strength * 100).map((sample) => sample.index);
  const left = proportionOf(survivors.length, s.n);
  return {
    id,
    name: { pgd: 'Projected gradient descent', fgsm: 'Fast gradient sign', square: 'Square Attack' }[id] ?? id,
    params: { norm: 'linf', epsilon: s.epsilon, steps: 40, stepSize: s.epsilon / 10, restarts: 1 },
    n: s.n,
    successRate: proportionOf(correct.length - survivors.length, correct.length),
    robustAccuracy: left,
    robustAccuracy8bit: s.modality === 'image' ? left : null,
    queries: s.n * (id === 'square' ? 5000 : 41),
    gradients: id === 'square' ? 0 : s.n * 40,
    survivors,
    medianDistance: null,
    ...(id === 'square' && { toSuccess: toSuccessOf(correct.length - survivors.length, correct.length) }),
  };
}

function findingsOf(s: Settings): Finding[] {
  const bad: Finding = {
    id: 'evasion',
    severity: s.broken > 0.5 ? 'critical' : 'medium',
    category: 'integrity',
    title: s.broken > 0.5 ? 'Small changes flip nearly every decision' : 'Some decisions flip under small changes',
    text: `Changes of at most ${s.epsilonText} per value make the model wrong on examples it classified correctly. Random noise of the same size does not.`,
    remedies: [
      'Train on attacked examples: gibbon harden --method adversarial-training',
      'Reject inputs near the decision boundary, and attack the detector again.',
    ],
  };
  const info: Finding = {
    id: 'sample-size',
    severity: 'info',
    category: 'evidence',
    title: 'The sample is a part of the data',
    text: `${s.n} examples were audited.`,
    remedies: [],
  };
  const pass: Finding = {
    id: 'masking',
    severity: 'pass',
    category: 'evidence',
    title: 'No sign of masked gradients',
    text: 'Attacks without gradients found nothing that attacks with gradients had missed.',
    remedies: [],
  };
  return s.broken > 0 ? [info, pass, bad] : [pass, info];
}

function curveOf(s: Settings, correct: number): CurvePoint[] {
  return [0.25, 0.5, 0.75, 1, 1.5, 2].map((factor) => ({
    epsilon: s.epsilon * factor,
    robustAccuracy: proportionOf(Math.round(correct * (1 - Math.min(1, s.broken * factor ** 1.5))), s.n),
    noiseAccuracy: proportionOf(Math.round(correct * (1 - 0.01 * factor)), s.n),
  }));
}

const DEFAULTS: Settings = {
  name: 'mnist-natural',
  n: 200,
  classes: 10,

  classNames: null,
  modality: 'image',
  broken: 0.97,
  confidence: true,
  epsilon: 0.1,
  epsilonText: '0.1',
  verdict: 'broken',
  headline: 'Broken: a change of at most 0.1 per pixel fools the model on nearly every image.',
  pictures: 8,
  side: 28,
};

function shapeOf(s: Settings): number[] {
  return { image: [1, s.side, s.side], waveform: [16000], text: [200], table: [14], tensor: [30] }[s.modality];
}

function preprocessingOf(s: Settings, clean: Proportion): ModelResult['preprocessing'] {
  return {
    layout: 'NCHW',
    channels: 'grayscale',
    shape: shapeOf(s),
    mean: [0],
    std: [1],
    description: 'grayscale, values in [0, 1]',
    source: 'guessed',
    tried: [
      { description: 'grayscale, values in [0, 1]', accuracy: clean.value, n: 64 },
      { description: 'grayscale, values in [0, 255]', accuracy: 0.72, n: 64 },
      { description: 'grayscale, mean 0.1307, std 0.3081', accuracy: 0.81, n: 64 },
    ],
  };
}

function dataOf(s: Settings): ModelResult['data'] {
  return {
    path: 'data/digits',
    labels: null,
    sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    modality: s.modality,
    n: s.n,
    of: 10_000,
    classes: s.classes,
    classNames: s.classNames,
    notes: ['Labels are folder names.'],
  };
}

function threatOf(s: Settings): ModelResult['threat'] {
  return {
    goal: 'any wrong class',
    knowledge: 'gradients',
    access: 'the input between sensor and model',
    norm: 'linf',
    epsilon: s.epsilon,
    epsilonText: s.epsilonText,
    description: `An attacker who knows the model changes every value by at most ${s.epsilonText}.`,
  };
}

function summaryOf(s: Settings, correct: number, broken: number): ModelResult['summary'] {
  const robust = proportionOf(correct - broken, s.n);
  return {
    cleanAccuracy: proportionOf(correct, s.n),
    robustAccuracy: robust,
    robustAccuracy8bit: s.modality === 'image' ? proportionOf(Math.min(correct, robust.count + 2), s.n) : null,
    noiseAccuracy: proportionOf(correct - 1, s.n),
    verdict: s.verdict,
    headline: s.headline,
  };
}

/** One model's result; see `SampleOptions` for what can vary. */
export function sampleModel(options: SampleOptions = {}): ModelResult {
  const s: Settings = { ...DEFAULTS, ...options };
  const samples = samplesOf(s);
  const correct = samples.filter((sample) => sample.clean.label === sample.label).length;
  const broken = samples.filter((sample) => sample.adversarial !== null).length;
  return {
    path: `models/${s.name}.onnx`,
    name: s.name,
    sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    bytes: 1_724_310,
    parameters: 431_080,
    input: { name: 'input', type: 'float32', shape: ['N', ...shapeOf(s)] },
    output: { name: 'logits', type: 'float32', shape: ['N', s.classes] },
    preprocessing: preprocessingOf(s, proportionOf(correct, s.n)),
    maskedGradients: [],
    data: dataOf(s),
    threat: threatOf(s),
    summary: summaryOf(s, correct, broken),
    attacks: [attackOf(s, samples, 'fgsm', 0.7), attackOf(s, samples, 'pgd', 1), attackOf(s, samples, 'square', 0.6)],
    curve: curveOf(s, correct),
    findings: findingsOf(s),
    samples,
    examples: samples.flatMap((sample) => exampleOf(s, sample)).slice(0, s.pictures),
  };
}

/** A whole result of the given models, by default one naturally trained net that breaks. */
export function sampleResult(models: ModelResult[] = [sampleModel()]): AuditResult {
  const [first] = models;
  if (first === undefined) throw new Error('A result has at least one model.');
  return {
    schemaVersion: '1.0',
    gibbon: { version: '0.1.0' },
    run: {
      startedAt: '2026-07-30T14:05:11.000Z',
      command: 'npx gibbon audit models/mnist-natural.onnx --data data/digits --seed 1',
      seed: 1,
      preset: 'standard',
      runtime: {
        name: 'onnxruntime-node',
        version: '1.30.0',
        provider: 'cpu',
        threads: 1,
        workers: 2,
        optimisation: 'all',
        precision: 'float32',
      },
      platform: { node: '20.20.2', os: 'linux', arch: 'x64', cpu: 'AMD EPYC 7B13' },
    },
    summary: first.summary,
    models,
    checks: models.flatMap(sampleChecks),
    timings: { total: 71.2, load: 0.42, 'attack pgd': 41.1, 'attack square': 22.3 },
  };
}
