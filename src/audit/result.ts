/** The versioned JSON result: the one thing that reports, gates and other tools read. Documented in docs/result.md. */
import * as z from 'zod';
import { threatModel } from '../threat/threat-model.ts';
import { certificates } from './certificates/result.ts';
import { checkResult } from './check-result.ts';
import { textPiece } from './details.ts';
import { finding } from './finding.ts';
import { gateResult } from './gates/gate-result.ts';
import { proportion } from './proportion.ts';

export const SCHEMA_VERSION = '1.0';

export const prediction = z.object({
  label: z.int(),
  /** Softmax (or sigmoid) probability of that label; null where the model gives labels only. */
  confidence: z.number().nullable(),
});

/** Distances between original and adversarial input in epsilon's units; `ssim` for images only. */
export const distances = z.object({
  l0: z.number(),
  l1: z.number(),
  l2: z.number(),
  linf: z.number(),
  ssim: z.number().nullable(),
  /** Text only: insertions, deletions and replacements of a character (the norms then hold the same number), */
  edits: z.int().optional(),
  /** and how many they are for each character of the original. */
  editShare: z.number().optional(),
});

/** What an attack did to the whole input: `spatial` the `degrees` that it turned it (counter-clockwise) and the pixels that it moved it `right` and `down`; `photometric` the `kind` of change and its `strength` from 0 to 1. */
export const transform = z.record(z.string(), z.union([z.number(), z.string()]));

export const sampleResult = z.object({
  /** Position in the data set, in file order. */
  index: z.int(),
  id: z.string(),
  label: z.int(),
  clean: prediction,
  /** The example that fools the model, by the attack that found it with the smallest distance; null where none did (or the clean prediction was wrong). */
  adversarial: z
    .object({
      attack: z.string(),
      label: z.int(),
      confidence: z.number().nullable(),
      distances,
      /** Does it still fool the model after rounding to 8 bits inside the ball? null where the data is not images. */
      survives8bit: z.boolean().nullable(),
      transform: transform.optional(),
    })
    .nullable(),
});

/** One of the attacks that an attack consists of. */
export const attackMember = z.object({
  id: z.string(),
  name: z.string(),
  /** Examples that the members before it had left, and those among them that it broke. */
  tried: z.int(),
  broke: z.int(),
  queries: z.int(),
  gradients: z.int(),
});

export const attackResult = z.object({
  id: z.string(),
  name: z.string(),
  /** Every parameter it ran with, defaults included. */
  params: z.record(z.string(), z.unknown()),
  n: z.int(),
  /** Correctly classified examples that it broke, divided by all correctly classified ones. */
  successRate: proportion,
  /** Share of all n examples still classified correctly. */
  robustAccuracy: proportion,
  /** The same on the 8-bit image as saved; null where the data is not images. */
  robustAccuracy8bit: proportion.nullable(),
  /** Forward passes and backward passes, summed over examples; what an attack asks once for all of them (the training of `substitute`) counts once. */
  queries: z.int(),
  gradients: z.int(),
  /** Indices of the examples that are correct and stay correct under this attack. */
  survivors: z.array(z.int()),
  /** Median distance in the attack's norm; failures count as infinite (null), minimal-norm attacks only. */
  medianDistance: z.number().nullable(),
  /** Attacks that ask for scores or labels: after how many questions each example that it broke had fallen, what is asked once for all of them included, rising, and the median over all that were attacked (failures count as infinite: null). With `successRate.n` the share that is broken after so many questions follows. */
  toSuccess: z.object({ queries: z.array(z.int()), median: z.number().nullable() }).optional(),
  /** An attack that consists of several: these, in the order in which they ran, each on what the earlier ones left. */
  members: z.array(attackMember).optional(),
});

/** One point of the robust-accuracy curve: worst case per example over the attacks that were run at this epsilon. */
export const curvePoint = z.object({ epsilon: z.number(), robustAccuracy: proportion, noiseAccuracy: proportion.nullable() });

/** A column of a row before and after the attack. */
export const columnChange = z.object({
  column: z.string(),
  before: z.union([z.number(), z.string()]),
  after: z.union([z.number(), z.string()]),
  /** How far it moved, in standard deviations of the column; null for categories. */
  deviations: z.number().nullable(),
});

/** What an attacker may do to a column of a table. */
export const columnRule = z.object({
  column: z.string(),
  kind: z.enum(['number', 'whole number', 'category']),
  /** May an attack change it? */
  movable: z.boolean(),
  /** Epsilon in the column's own units; null for categories. */
  epsilon: z.number().nullable(),
  /** Least and largest value in the data; null for categories. */
  range: z.tuple([z.number(), z.number()]).nullable(),
  /** Number of the one-hot group that it belongs to; null for the others. */
  group: z.int().nullable(),
});

/** A picture for the report, embedded as a data URI (PNG). */
export const exampleImages = z.object({
  index: z.int(),
  id: z.string(),
  attack: z.string(),
  epsilon: z.number(),
  label: z.int(),
  clean: prediction,
  adversarial: prediction,
  distances,
  survives8bit: z.boolean().nullable(),
  transform: transform.optional(),
  modality: z.enum(['image', 'waveform', 'text', 'table', 'tensor']),
  /** Image: PNG data URIs. Waveform: SVG path data is drawn from `series`. */
  original: z.string().nullable(),
  difference: z.string().nullable(),
  adversarialImage: z.string().nullable(),
  /** How much the difference picture was amplified. */
  amplification: z.number().nullable(),
  /** Waveform: the peak envelopes [min, max] of original and perturbation in a few hundred columns. */
  series: z.object({ original: z.array(z.array(z.number())), perturbation: z.array(z.array(z.number())) }).nullable(),
  /** Sound only: spectrograms as PNG data URIs on one scale of 80 dB (`perturbation` is what was added), and both versions as WAV data URIs, null where the page would grow too large or the rate is not known. */
  sound: z
    .object({
      sampleRate: z.int().nullable(),
      original: z.string().nullable(),
      adversarial: z.string().nullable(),
      spectrograms: z.object({ original: z.string(), perturbation: z.string(), adversarial: z.string() }),
    })
    .optional(),
  /** Text only: both versions, and what differs, in reading order. */
  text: z.object({ original: z.string(), adversarial: z.string(), pieces: z.array(textPiece) }).optional(),
  /** Tables only: the columns that were changed, in the units of the data. */
  changes: z.array(columnChange).optional(),
});

export const preprocessing = z.object({
  layout: z.enum(['NCHW', 'NHWC', 'NT', 'none']),
  channels: z.enum(['rgb', 'bgr', 'grayscale', 'none']),
  /** The model's input shape without the batch dimension. */
  shape: z.array(z.int()),
  /** model input = (value in [0, 1] − mean) / std, per channel; identity is mean 0, std 1. */
  mean: z.array(z.number()),
  std: z.array(z.number()),
  /** One readable line, e.g. "RGB, NCHW 3×32×32, values in [0, 1]". */
  description: z.string(),
  /** `flags` the user said so, `model` found in the file, `guessed` fitted to the labels. */
  source: z.enum(['flags', 'model', 'guessed', 'default']),
  /** The alternatives that were tried and the accuracy of each on the probe images. */
  tried: z.array(z.object({ description: z.string(), accuracy: z.number(), n: z.int() })),
});

const questions = z.object({ requests: z.int(), rows: z.int() });

/** An endpoint as it was asked. Headers and the values of variables are not kept. */
const remote = z.object({
  url: z.string(),
  /** Template of the requests, as JSON. */
  request: z.string(),
  /** Where the answers stood. */
  response: z.string(),
  /** Scores, or decisions alone. */
  answers: z.enum(['scores', 'labels']),
  rowsPerRequest: z.int(),
  /** What went out over the whole run, the time before it was taken up again included. `questions` are rows: answered + refused + unsure. */
  asked: z.object({
    /** Questions that it may be asked in all; null for no end. */
    budget: z.int().nullable(),
    requests: z.int(),
    questions: z.int(),
    /** Answers came and were used. */
    answered: questions,
    /** Turned away before the model was asked (429, 503 and other refusals): these do not count against the budget. */
    refused: questions,
    /** Errors of the server, answers that could not be read, none in time: the model may have been asked, so they count. */
    unsure: questions,
  }),
});

export const modelResult = z.object({
  path: z.string(),
  name: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  parameters: z.int(),
  input: z.object({ name: z.string(), type: z.string(), shape: z.array(z.union([z.int(), z.string()])) }),
  output: z.object({ name: z.string(), type: z.string(), shape: z.array(z.union([z.int(), z.string()])) }),
  /** Where the model is behind an address. Its `sha256` is then that of address, request and response, not of a file, and `bytes` and `parameters` are 0. */
  remote: remote.optional(),
  preprocessing,
  /** Operators whose gradient is replaced or lost, e.g. "Round (straight-through)". */
  maskedGradients: z.array(z.string()),
  data: z.object({
    path: z.string(),
    labels: z.string().nullable(),
    sha256: z.string(),
    modality: z.enum(['image', 'waveform', 'text', 'table', 'tensor']),
    /** Examples audited, and how many the data set holds. */
    n: z.int(),
    of: z.int(),
    classes: z.int(),
    classNames: z.array(z.string()).nullable(),
    /** How labels were matched with the model's outputs, and what was ignored. */
    notes: z.array(z.string()),
  }),
  threat: z.object({
    goal: z.string(),
    knowledge: z.enum(['gradients', 'scores', 'labels', 'nothing']),
    access: z.string(),
    norm: z.enum(['linf', 'l2', 'l1', 'l0', 'edits']),
    epsilon: z.number(),
    /** Epsilon as the user would say it, e.g. "8/255 (0.0314)". */
    epsilonText: z.string(),
    /** Tables only: what that is for each column, and the rules that the data itself follows. */
    columns: z.array(columnRule).optional(),
    description: z.string(),
    /** What was said of the attacker, or assumed: it selected checks and attacks. Absent where a single attack was asked for. */
    model: threatModel.optional(),
  }),
  /** Attacks that were not run, and why: the threat model, the model, the data or the preset leaves them out. Absent where attacks were no part of the run. */
  attacksLeftOut: z.array(z.object({ id: z.string(), name: z.string(), reason: z.string() })).optional(),
  /** What was planned and not finished, and why: it failed, or a budget was used up. What stands may stand for that reason only. */
  attacksCut: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
  summary: z.object({
    cleanAccuracy: proportion,
    /** Worst case per example over all attacks at the audited epsilon, in float32. */
    robustAccuracy: proportion,
    robustAccuracy8bit: proportion.nullable(),
    /** Accuracy under random noise of the same size: the honest baseline. */
    noiseAccuracy: proportion.nullable(),
    /** Share of the examples that certificates were tried on whose class is proved at the audited epsilon; absent where none were tried. */
    certifiedAccuracy: proportion.optional(),
    verdict: z.enum(['robust', 'fragile', 'broken', 'undecided']),
    /** The verdict as one sentence. */
    headline: z.string(),
  }),
  attacks: z.array(attackResult),
  /** Attacks on what withstood those: on all of it, or on a sample. What they broke counts in the summary. */
  onWithstood: z.array(attackResult).optional(),
  curve: z.array(curvePoint),
  /** What is proved, by the check `certified-robustness`; absent where it did not run. */
  certificates: certificates.optional(),
  /** Those of all its checks, in their order. */
  findings: z.array(finding),
  samples: z.array(sampleResult),
  examples: z.array(exampleImages),
});

export const auditResult = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  gibbon: z.object({ version: z.string() }),
  /** When, by which command, with which seed, on what. */
  run: z.object({
    startedAt: z.string(),
    command: z.string(),
    seed: z.int(),
    preset: z.string(),
    /** What a check could spend at most; absent where nothing was said. */
    budgets: z
      .object({
        seconds: z.number().optional(),
        queries: z.number().optional(),
        gradients: z.number().optional(),
        total: z.number().optional(),
      })
      .optional(),
    runtime: z.object({
      name: z.string(),
      version: z.string(),
      provider: z.string(),
      threads: z.int(),
      workers: z.int(),
      optimisation: z.string(),
      precision: z.string(),
    }),
    platform: z.object({ node: z.string(), os: z.string(), arch: z.string(), cpu: z.string() }),
  }),
  /** The first model's summary, repeated for scripts. */
  summary: modelResult.shape.summary,
  models: z.array(modelResult),
  /** Every check of every model, in the order in which they ran; also those that could not run. */
  checks: z.array(checkResult),
  /** What came of the gates; absent where none were given. */
  gates: z.array(gateResult).optional(),
  /** Seconds. This, `run`, the `timings` of checks and the `seconds` of certificates are all that differs between two runs with the same seed; findings and status of a timed check follow from its timings. */
  timings: z.record(z.string(), z.number()),
});

export type { CheckResult } from './check-result.ts';
export type { Finding } from './finding.ts';
export type { GateResult } from './gates/gate-result.ts';
export type TextPiece = z.infer<typeof textPiece>;
export type Proportion = z.infer<typeof proportion>;
export type Distances = z.infer<typeof distances>;
export type Prediction = z.infer<typeof prediction>;
export type SampleResult = z.infer<typeof sampleResult>;
export type AttackMember = z.infer<typeof attackMember>;
export type AttackResult = z.infer<typeof attackResult>;
export type CurvePoint = z.infer<typeof curvePoint>;
export type ColumnChange = z.infer<typeof columnChange>;
export type ColumnRule = z.infer<typeof columnRule>;
export type ExampleImages = z.infer<typeof exampleImages>;
export type ModelResult = z.infer<typeof modelResult>;
export type AuditResult = z.infer<typeof auditResult>;
