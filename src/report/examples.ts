/** Which adversarial examples are shown first: those that are hardest to explain away. */
import type { ExampleImages, ModelResult } from '../audit/result.ts';
import { distanceIn } from '../threat/metric.ts';

/** An example and its place in the result, which names its pictures. */
export type Ranked = { example: ExampleImages; position: number };

/** Survivors of 8-bit rounding first, then the most confident error, then the smallest change. */
export function rankExamples(model: ModelResult): Ranked[] {
  const fragile = (e: ExampleImages): number => (e.survives8bit === false ? 1 : 0);
  const sure = (e: ExampleImages): number => e.adversarial.confidence ?? -1;
  const size = (e: ExampleImages): number => distanceIn(e.distances, model.threat.norm);
  return model.examples
    .map((example, position) => ({ example, position }))
    .sort(({ example: a }, { example: b }) => fragile(a) - fragile(b) || sure(b) - sure(a) || size(a) - size(b) || a.index - b.index);
}
