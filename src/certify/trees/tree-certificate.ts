/** A certificate of a tree ensemble as a file: what is claimed of which model and row. The proof is a search, and is searched for again. */
import * as z from 'zod';

/** The file's form. */
export const treeCertificateSchema = z.strictObject({
  kind: z.literal('gibbon certificate of trees'),
  version: z.literal(1),
  /** SHA-256 of the model file. */
  model: z.string(),
  /** Runtime, version and execution provider. */
  runtime: z.string(),
  /** How the model's input is made of the row, which example it is, which class is to win up to which distance. */
  about: z.strictObject({
    preprocessing: z.unknown(),
    example: z.number().int(),
    /** float32 values, little-endian, in base64. */
    x: z.string(),
    label: z.number().int(),
    epsilon: z.number(),
  }),
  norm: z.enum(['linf', 'l1', 'l2']),
  /** Choices of leaves that the search took. */
  explored: z.number().int().min(0),
});

export type TreeCertificate = z.infer<typeof treeCertificateSchema>;
