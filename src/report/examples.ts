/** Which adversarial examples are shown first: those that are hardest to explain away. */
import type { ExampleImages, ModelResult } from '../audit/result.ts';

/** Survivors of 8-bit rounding first, then the most confident error, then the smallest change. */
export function rankExamples(model: ModelResult): ExampleImages[] {
  const real = (e: ExampleImages): number => (e.survives8bit === false ? 1 : 0);
  const sure = (e: ExampleImages): number => e.adversarial.confidence ?? -1;
  const size = (e: ExampleImages): number => e.distances[model.threat.norm];
  return [...model.examples].sort((a, b) => real(a) - real(b) || sure(b) - sure(a) || size(a) - size(b) || a.index - b.index);
}
