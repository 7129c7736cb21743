/**
 * Pictures that look like noise and are another example to a network, by the values of an inner layer (He et al., arXiv:2106.12478, section 4.2), and
 * pictures in which that layer sees nothing (Wang et al., USENIX Security 2018, section 5.3).
 */
import { rangeOf } from '../../model/preprocessing.ts';
import type { Target } from '../../model/target.ts';
import { keyedRng } from '../../rng/rng.ts';
import { normOf } from '../../threat/ball.ts';
import type { AttackSample } from '../attack.ts';
import { mimicFields, mimicStep, runsOf } from '../evasion/mimic-step.ts';
import { iterate } from '../iterate.ts';
import { onRows, type Running } from './row-steps.ts';

export interface Probing extends Running {
  /** Its scores are the layer's values φ. */
  readonly target: Target;
  readonly seed: number;
  readonly steps: number;
  readonly onStep?: () => void;
}

export interface Twin {
  readonly index: number;
  /** From noise, as near to the example behind φ as the steps came. */
  readonly twin: Float32Array;
  /** ‖φ(twin) − φ(x)‖₂ / ‖φ(x)‖₂ */
  readonly gap: number;
  /** From the same noise, with φ as near to 0. */
  readonly blank: Float32Array;
}

/** Needs a range of the values: noise is uniform in it. */
export async function twinsOf(probing: Probing, samples: readonly AttackSample[]): Promise<Twin[]> {
  const [twins, blanks] = [await reached(probing, samples, 'goal'), await reached(probing, samples, 'zero')];
  const gap = {
    id: 'twin gap',
    define: (b: Parameters<ReturnType<typeof mimicStep>>[0]) => {
      const { g } = b;
      const [mine, wanted] = [b.logits(b.row('x', 'input')), b.logits(b.row('goal', 'input'))];
      return { gap: g.div(normOf(g, 'l2', g.sub(mine, wanted)), g.max(normOf(g, 'l2', wanted), g.scalar(1e-12))) };
    },
  };
  const gaps = await onRows(
    probing,
    gap,
    samples.map(({ x: goal }, i) => ({ x: twins[i] as Float32Array, goal })),
  );
  return samples.map(({ index }, i) => ({
    index,
    twin: twins[i] as Float32Array,
    blank: blanks[i] as Float32Array,
    gap: gaps[i]?.gap?.[0] as number,
  }));
}

async function reached(
  { target, seed, steps, ...how }: Probing,
  samples: readonly AttackSample[],
  towards: 'goal' | 'zero',
): Promise<Float32Array[]> {
  const [low, high] = rangeOf(target.preprocessing) as [number, number];
  const epsilon = high - low;
  const fields = ({ index, x }: AttackSample): Record<string, Float32Array | number> => {
    const start = new Float32Array(x.length);
    keyedRng(seed, 'twins', index).fillUniform(start, low, high);
    return mimicFields({ x0: start, start, epsilon, steps, ...(towards === 'goal' && { goal: x }) });
  };
  const iteration = { id: `twins ${towards}`, steps: runsOf(steps), restarts: 1, fields, define: mimicStep('linf', towards) };
  const context = { ...how, target, params: {}, norm: 'linf' as const, epsilon, seed };
  return (await iterate(context, iteration, samples)).map(({ candidate }) => candidate as Float32Array);
}
