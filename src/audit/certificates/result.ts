/** Certificates in the JSON result. */
import * as z from 'zod';
import { proportion } from '../proportion.ts';

/** What became of an example. */
export const CERTIFIED_STATUSES = ['certified', 'attacked', 'undecided', 'misclassified'] as const;

export const certifiedSample = z.object({
  /** Position in the data set: its name and label stand in `samples`. */
  index: z.int(),
  /** At epsilon: proved, broken by an attack, neither, or wrong without any attack. */
  status: z.enum(CERTIFIED_STATUSES),
  /** Up to this distance its class is proved; 0 where nothing was proved or tried. */
  lower: z.number(),
  /** Distance of the nearest point that is known to fool the model; null where none is known. */
  upper: z.number().nullable(),
  /** What proved it, or was tried last; null where nothing was. */
  method: z.string().nullable(),
  /** How far the score of its class is proved to stay above every other one, within epsilon and with all rounding taken off; null where that is not known. */
  margin: z.number().nullable(),
  /** Of the undecided: the class that could be ruled out least, neurons of open sign, of how many, and the layer with most of them. */
  obstacle: z.object({ target: z.int(), unstable: z.int(), neurons: z.int(), layer: z.string().nullable() }).nullable(),
  /**
   * Of tree ensembles that are undecided: the class that could not be ruled out, choices of leaves that were looked at, and what ended the search: its time was
   * over; scores lie so close that the order of their sums decides; the nearest row of another class breaks a rule of the data; the method does not search.
   */
  search: z.object({ other: z.int(), explored: z.int(), by: z.enum(['time', 'rounding', 'rules', 'method']) }).optional(),
  /** Of work on this example; differs from run to run. */
  seconds: z.number(),
});

const radii = z.object({ least: z.number(), median: z.number(), mean: z.number() });

export const certificates = z.object({
  /** `model`: the model as deployed. `smoothed classifier`: what answers by the majority of noisy copies, and not the model itself. */
  of: z.enum(['model', 'smoothed classifier']),
  method: z.string(),
  norm: z.enum(['linf', 'l2', 'l1']),
  epsilon: z.number(),
  epsilonText: z.string(),
  /** Seconds for an example. */
  budget: z.number(),
  /** What they hold for. */
  deployment: z.object({
    runtime: z.string(),
    version: z.string(),
    provider: z.string(),
    optimisation: z.string(),
    /** Of the answers that they speak of. */
    arithmetic: z.string(),
  }),
  /** Smoothing: standard deviation of the noise, its draws, and the probability that a certificate is wrong. */
  smoothing: z.object({ sigma: z.number(), n: z.int(), alpha: z.number() }).optional(),
  /** Shares of the examples below. */
  certified: proportion,
  attacked: proportion,
  undecided: proportion,
  /** Where radii were searched for: over the examples that are classified correctly, what is certified and what attacks reached (of those that they broke). */
  radius: z.object({ certified: radii, attacked: radii.nullable(), n: z.int(), broken: z.int() }).optional(),
  /** Where radii were searched for: proved, and not yet broken, against epsilon. */
  curve: z.array(z.object({ epsilon: z.number(), certified: proportion, unbroken: proportion.nullable() })),
  samples: z.array(certifiedSample),
});

export type Certificates = z.infer<typeof certificates>;
export type CertifiedSample = z.infer<typeof certifiedSample>;

/** Are they of a tree ensemble? */
export const isOfTrees = ({ samples }: Pick<Certificates, 'samples'>): boolean => samples.some(({ method }) => method === TREES);

/** Name of the method, and of what breaks examples. */
export const TREES = 'trees';
