/**
 * Every bound rule mutated: a sign, an end, a term left out, elements in another order. The samples of `test/conformance/bound-rules.test.ts` have to kill each
 * mutant; a mutant that changes nothing on any of its cases (a plane without an intercept, say) is none.
 */
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/onnx/build.ts';
import type { Value } from '../../src/onnx/graph.ts';
import type { Interval, OpRule, Plane, Relaxation } from '../../src/ops/rule.ts';
import { isCore, OPS } from '../../src/ops/table.ts';
import { REWRITES } from '../../src/transform/bounds/bound-form.ts';
import type { Rewrite } from '../../src/transform/bounds/rewriting.ts';
import { violation } from '../support/bound-case.ts';
import { BOUND_CASES } from '../support/bound-cases.ts';

interface Mutant {
  readonly name: string;
  /** Undefined where the rule has no such part. */
  mutate(rule: OpRule, changed: () => void): OpRule | undefined;
}

const RUNS = 60;
const SAMPLES = 60;

/** Multiplied by −1 and the like only where there is something to change. */
const intervalMutant = (name: string, change: (g: GraphBuilder, interval: Interval) => Interval): Mutant => ({
  name,
  mutate: (rule, changed) => {
    const { interval } = rule;
    if (!interval) return undefined;
    return {
      ...rule,
      interval: (context) => {
        changed();
        return interval.call(rule, context).map((found) => change(context.g, found));
      },
    };
  },
});

const planeMutant = (name: string, change: (g: GraphBuilder, relaxation: Relaxation, changed: () => void) => Relaxation): Mutant => ({
  name,
  mutate: (rule, changed) => {
    const { relax } = rule;
    return relax && { ...rule, relax: (context) => change(context.g, relax.call(rule, context), changed) };
  },
});

const transposeMutant = (name: string, change: (g: GraphBuilder, gradient: Value) => Value | undefined): Mutant => ({
  name,
  mutate: (rule, changed) => {
    if (!rule.affine) return undefined;
    return {
      ...rule,
      gradient: (context) =>
        rule.gradient(context).map((gradient) => {
          if (!gradient || context.lead !== 1) return gradient;
          const made = change(context.g, gradient);
          if (made !== gradient) changed();
          return made;
        }),
    };
  },
});

const half = (g: GraphBuilder, a: Value, b: Value): Value => g.mul(g.add(a, b), g.scalar(0.5, a));
const negated = (g: GraphBuilder, plane: Plane, changed: () => void): Plane => ({
  ...plane,
  slopes: plane.slopes.map((slope) => {
    if (slope) changed();
    return slope && g.neg(slope);
  }),
});
const withoutIntercept = (plane: Plane, changed: () => void): Plane => {
  if (plane.intercept) changed();
  return { ...plane, intercept: undefined };
};
const backwards = (g: GraphBuilder, x: Value): Value => {
  const [axis, size] = [x.shape.length - 1, x.shape[x.shape.length - 1] as number];
  return size < 2 || x.shape.length < 3 ? x : g.slice(x, axis, size - 1, -(size + 1), -1);
};

const MUTANTS: readonly Mutant[] = [
  intervalMutant('the upper end is the lower', (_, { lower }) => ({ lower, upper: lower })),
  intervalMutant('the lower end is the upper', (_, { upper }) => ({ lower: upper, upper })),
  intervalMutant('half of the radius', (g, { lower, upper }) => {
    const middle = half(g, lower, upper);
    return { lower: half(g, lower, middle), upper: half(g, upper, middle) };
  }),
  planeMutant('the slope below has the other sign', (g, { lower, upper }, changed) => ({ lower: negated(g, lower, changed), upper })),
  planeMutant('the slope above has the other sign', (g, { lower, upper }, changed) => ({ lower, upper: negated(g, upper, changed) })),
  planeMutant('no intercept below', (_, { lower, upper }, changed) => ({ lower: withoutIntercept(lower, changed), upper })),
  planeMutant('no intercept above', (_, { lower, upper }, changed) => ({ lower, upper: withoutIntercept(upper, changed) })),
  planeMutant('planes change places', (_, { lower, upper }, changed) => {
    changed();
    return { lower: upper, upper: lower };
  }),
  transposeMutant('the transpose has the other sign', (g, gradient) => g.neg(gradient)),
  transposeMutant('the transpose is left out', () => undefined),
  transposeMutant('the transpose puts elements in another order', backwards),
];

const table: string[] = [];
afterAll(() => console.log(['| operator | mutants | killed | alive |', ...table].join('\n')));

describe('mutants of bound rules', () => {
  it.each(Object.keys(BOUND_CASES).filter((name) => isCore(name)))('%s', async (name) => {
    const rules: Record<string, OpRule> = OPS;
    const rule = rules[name] as OpRule;
    const alive: string[] = [];
    let made = 0;
    for (const mutant of MUTANTS) {
      let isChanged = false;
      const mutated = mutant.mutate(rule, () => {
        isChanged = true;
      });
      if (!mutated) continue;
      rules[name] = mutated;
      try {
        const isKilled = await dies(name);
        if (!isChanged) continue;
        made++;
        if (!isKilled) alive.push(mutant.name);
      } finally {
        rules[name] = rule;
      }
    }
    table.push(`| ${name} | ${made} | ${made - alive.length} | ${alive.join(', ') || '–'} |`);
    expect(alive).toEqual([]);
  });
});

/** What is built differently at its nth place: a difference the other way round, a term forgotten, a sign lost, a rectifier left out, one end for another. */
const SLIPS: Readonly<Record<string, (g: GraphBuilder) => Partial<GraphBuilder>>> = {
  'a difference the other way round': (g) => ({ sub: (a, b) => GraphBuilder.prototype.sub.call(g, b, a) }),
  'the second term forgotten': () => ({ add: (a) => a }),
  'the second factor forgotten': () => ({ mul: (a) => a }),
  'the sign forgotten': () => ({ neg: (x) => x }),
  'a rectifier or curve left out': () => ({ node: (_, [x]) => x as Value }),
  'the smaller for the larger': (g) => ({ max: (a, b) => GraphBuilder.prototype.min.call(g, a, b) }),
};
/** Slips after which nothing that is claimed is wrong, and why. */
const HARMLESS: Readonly<Record<string, string>> = {
  'Softmax, the second factor forgotten (1)': 'xᵢ − xᵢ is 0 without the factor, too: bounds are looser',
  'LogSoftmax, a rectifier or curve left out (1)': 'centred values add up to 0, whose logarithm has no planes: nothing is claimed',
};
/** Places at which each slip is made. */
const PLACES = 3;

/** Runs `make` with one call of `g` going wrong, the nth; says whether it came to that. */
function slipping<T>(g: GraphBuilder, slip: Partial<GraphBuilder>, place: number, make: () => T): { made: T; isChanged: boolean } {
  const [[name, wrong]] = Object.entries(slip) as [[keyof GraphBuilder, (...values: never[]) => unknown]];
  const right = GraphBuilder.prototype[name] as (...values: unknown[]) => unknown;
  let [count, isChanged] = [0, false];
  const patched = (...values: unknown[]): unknown => {
    const fits = name !== 'node' || (values[1] as unknown[]).length === 1;
    if (!fits || count++ !== place) return right.apply(g, values);
    isChanged = true;
    return wrong(...(values as never[]));
  };
  Object.defineProperty(g, name, { value: patched, configurable: true });
  try {
    return { made: make(), isChanged };
  } finally {
    delete (g as Partial<GraphBuilder>)[name];
  }
}

describe('mutants of rewrites', () => {
  it.each(Object.keys(REWRITES).filter((name) => BOUND_CASES[name]))('%s', { timeout: 600_000 }, async (name) => {
    const rewrites = REWRITES as Record<string, Rewrite>;
    const right = rewrites[name] as Rewrite;
    const alive: string[] = [];
    let made = 0;
    for (const [what, slip] of Object.entries(SLIPS)) {
      for (let place = 0; place < PLACES; place++) {
        let changed = false;
        rewrites[name] = (context) => {
          const found = slipping(context.g, slip(context.g), place, () => right(context));
          changed ||= found.isChanged;
          return found.made;
        };
        try {
          const isKilled = await dies(name);
          if (!changed) continue;
          const told = `${what} (${place + 1})`;
          if (HARMLESS[`${name}, ${told}`]) continue;
          made++;
          if (!isKilled) alive.push(told);
        } finally {
          rewrites[name] = right;
        }
      }
    }
    table.push(`| ${name}, rewritten | ${made} | ${made - alive.length} | ${alive.join(', ') || '–'} |`);
    expect(alive).toEqual([]);
  });
});

/** Does any case fail, or can the mutant's graph not even be built? */
async function dies(name: string): Promise<boolean> {
  const cases = BOUND_CASES[name] as NonNullable<(typeof BOUND_CASES)[string]>;
  const found = await fc.check(
    fc.asyncProperty(cases, async (test) => (await violation(test, SAMPLES)) === undefined),
    { numRuns: RUNS, seed: 6, endOnFailure: true },
  );
  return found.failed;
}
