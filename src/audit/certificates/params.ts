/** What can be said of certificates: how, for how long, on how much. */
import * as z from 'zod';
import { CERTIFY_METHODS } from './order.ts';

export const certifyParams = z.object({
  method: z.enum(CERTIFY_METHODS).default('crown').describe('how to prove; auto goes from cheap bounds to branch and bound'),
  budget: z.number().positive().default(10).describe('seconds for an example, after which no dearer method is begun'),
  examples: z.int().min(1).optional().describe('so many of the audited examples (default 6, in the thorough preset 100)'),
  radius: z.boolean().default(true).describe('also search for the largest radius that can be certified'),
  attacks: z.boolean().default(false).describe("attack the examples first, instead of taking over what the audit's attacks found"),
  keep: z.boolean().default(false).describe("write each certificate to certificates/ in the run's folder, to be checked again"),
  neurons: z.int().min(1).default(20_000).describe('models with more values to bound for an example are left out'),
  sigma: z.number().positive().default(0.25).describe('smoothing: standard deviation of the noise'),
  draws: z.int().min(100).default(10_000).describe('smoothing: noisy copies of each example'),
  alpha: z.number().positive().lt(0.5).default(0.001).describe('smoothing: probability that a certificate is wrong'),
});

export type CertifyParams = z.infer<typeof certifyParams>;
