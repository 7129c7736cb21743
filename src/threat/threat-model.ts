/** The threat model: what an attacker wants, knows, reaches and can do (the axes of NIST AI 100-2 E2025). It selects checks and attacks; nothing runs that it does not allow. */
import * as z from 'zod';
import { NUMERIC_METRICS } from './metric.ts';

/** What an attacker may be after. Harm to groups needs no attacker: naming fairness says that it counts. */
export const AIMS = ['integrity', 'confidentiality', 'availability', 'fairness'] as const;
/** What an attacker sees of the model, from most to least. Each includes those after it. */
export const KNOWLEDGE = ['gradients', 'scores', 'labels', 'nothing'] as const;
/** Where an attacker can put a hand, in the order in which an input travels. */
export const ACCESS = ['scene', 'sensor', 'input', 'api', 'training-data', 'model-file'] as const;
/** Changes that happen to an input before it is recorded; the first four are the families of ImageNet-C (arXiv:1903.12261). */
export const TRANSFORMS = ['noise', 'blur', 'weather', 'digital', 'dirt'] as const;

export type Aim = (typeof AIMS)[number];
export type Knowledge = (typeof KNOWLEDGE)[number];
export type Access = (typeof ACCESS)[number];
export type Transform = (typeof TRANSFORMS)[number];

export const THREAT_PRESETS = ['camera-in-the-street', 'upload-api', 'spam-filter', 'open-weights', 'insider-with-training-data'] as const;
export type ThreatPreset = (typeof THREAT_PRESETS)[number];

/** A threat model that says everything. Norm and epsilon are the audit's own: the data decides what they can be. */
export const threatModel = z.strictObject({
  /** The preset that it began with; null where none was named. */
  preset: z.enum(THREAT_PRESETS).nullable(),
  /** Nothing was said of the attacker: the strongest one is assumed. */
  isAssumed: z.boolean(),
  goal: z.strictObject({
    aims: z.array(z.enum(AIMS)),
    /** The one class (index or name) that the attacker wants to reach; null where any wrong one will do. */
    target: z.union([z.int(), z.string()]).nullable(),
  }),
  knowledge: z.strictObject({
    model: z.enum(KNOWLEDGE),
    /** Does the attacker hold examples that the model was trained on? */
    trainingData: z.boolean(),
  }),
  access: z.array(z.enum(ACCESS)),
  capability: z.strictObject({
    /** Questions per example that an attacker without gradients may ask; null for as many as the preset of the audit asks. */
    queries: z.int().nullable(),
    /** Text: single-character edits; null for the usual number. */
    edits: z.int().nullable(),
    /** What may happen to the input beside the perturbation; null for everything. */
    transforms: z.array(z.enum(TRANSFORMS)).nullable(),
  }),
});

export type ThreatModel = z.infer<typeof threatModel>;

const some = <T extends readonly [string, ...string[]]>(names: T) => z.union([z.enum(names), z.array(z.enum(names)).min(1)]);

const goal = z.strictObject({
  aims: some(AIMS).optional().describe('integrity, confidentiality, availability, fairness'),
  target: z
    .union([z.int().min(0), z.string().min(1)])
    .optional()
    .describe('the one class (index or name) that the attacker wants; any wrong one when absent'),
});

const knowledge = z.strictObject({
  model: z.enum(KNOWLEDGE).optional().describe('what the attacker sees of the model'),
  trainingData: z.boolean().optional().describe('does the attacker hold training examples?'),
});

const capability = z.strictObject({
  norm: z.enum(NUMERIC_METRICS).optional().describe('how the size of a change is measured'),
  epsilon: z
    .union([z.number().positive(), z.string().min(1)])
    .optional()
    .describe('largest change, in input units: 0.3 or 8/255'),
  queries: z.int().min(1).optional().describe('questions per example that an attacker without gradients may ask'),
  edits: z.int().min(1).optional().describe('text: single-character edits'),
  transforms: z
    .array(z.enum(TRANSFORMS))
    .optional()
    .describe('what may happen to the input beside the perturbation; everything when absent'),
  immutable: z.array(z.string()).optional().describe('tables: columns that the attacker cannot change'),
});

const whole = z.strictObject({
  preset: z.enum(THREAT_PRESETS).optional().describe('the preset that the rest changes'),
  goal: z
    .union([z.enum(AIMS), z.array(z.enum(AIMS)).min(1), goal])
    .optional()
    .describe('what the attacker is after'),
  knowledge: z
    .union([z.enum(KNOWLEDGE), knowledge])
    .optional()
    .describe('what the attacker sees of the model'),
  access: some(ACCESS).optional().describe('where the attacker can put a hand'),
  capability: capability.optional().describe('how much the attacker can do'),
});

/** A threat model as users write it: a preset's name, or what differs from a preset or from the strongest attacker. */
export const threatInput = z.union([z.enum(THREAT_PRESETS), whole]);
export type ThreatInput = z.input<typeof threatInput>;
export type ThreatParts = z.input<typeof whole>;

/** What is assumed where nothing is said: an attacker who knows the model and reaches everything. */
export const STRONGEST: ThreatModel = {
  preset: null,
  isAssumed: true,
  goal: { aims: [...AIMS], target: null },
  knowledge: { model: 'gradients', trainingData: true },
  access: [...ACCESS],
  capability: { queries: null, edits: null, transforms: null },
};

/** Does an attacker who sees `has` also see `needed`? */
export const sees = (has: Knowledge, needed: Knowledge): boolean => KNOWLEDGE.indexOf(has) <= KNOWLEDGE.indexOf(needed);

/** The one of two who sees less. */
export const lesser = (a: Knowledge, b: Knowledge): Knowledge => (sees(a, b) ? b : a);
