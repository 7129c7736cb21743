/** What a check has to say: how bad it is, what it means for this threat model, what to do about it, and where to read on. */
import * as z from 'zod';

export const CATEGORIES = ['integrity', 'confidentiality', 'availability', 'fairness', 'evidence'] as const;
export type Category = (typeof CATEGORIES)[number];

export const finding = z.object({
  /** Stable: the name of this kind of finding, unique within its check. */
  id: z.string(),
  severity: z.enum(['critical', 'high', 'medium', 'low', 'info', 'pass']),
  category: z.enum(CATEGORIES),
  title: z.string(),
  /** What was found, with the evidence, as plain sentences. */
  text: z.string(),
  /** What to do about it, best first. */
  remedies: z.array(z.string()),
  /** The check that found it. */
  check: z.string().optional(),
  /** What it means for this threat model: who could use it, for what. */
  meaning: z.string().optional(),
  /** Paper, standard or page to read on: a citation or an address. */
  reference: z.string().optional(),
  /** Ids of standards, e.g. "NIST:NISTAML.022", "ATLAS:AML.T0015", "OWASP-ML:ML01". */
  tags: z.array(z.string()).optional(),
});

export type Finding = z.infer<typeof finding>;
