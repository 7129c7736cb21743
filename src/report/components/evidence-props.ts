/** What the parts that show an adversarial example are given: the example, and where it stands. */
import type { ExampleImages, ModelResult } from '../../audit/result.ts';

export type EvidenceProps = { model: ModelResult; modelIndex: number; example: ExampleImages; position: number };
