/** Cosine annealing in a step graph: every row of a batch is at its own place of the schedule. */
import type { GradientBuilder } from '../model/target.ts';
import type { Value } from '../onnx/graph.ts';

/** Fields of a row before the first of its steps: cosine and sine of the angle that the schedule follows, and of its change. */
export function cosineFields(steps: number): Record<string, number> {
  const turn = Math.PI / steps;
  return { cos: 1, sin: 0, turnCos: Math.cos(turn), turnSin: Math.sin(turn) };
}

/** (1 + cos(πk/K))/2 at step k, which falls from 1 to 0: [B]; and the fields for the next step. */
export function cosineShare(b: GradientBuilder): { share: Value; turned: Record<string, Value> } {
  const { g } = b;
  const names = ['cos', 'sin', 'turnCos', 'turnSin'] as const;
  const [cos, sin, turnCos, turnSin] = names.map((name) => b.row(name, 'scalar')) as [Value, Value, Value, Value];
  return {
    share: g.mul(g.scalar(0.5), g.add(g.scalar(1), cos)),
    turned: {
      cos: g.sub(g.mul(cos, turnCos), g.mul(sin, turnSin)),
      sin: g.add(g.mul(sin, turnCos), g.mul(cos, turnSin)),
    },
  };
}
