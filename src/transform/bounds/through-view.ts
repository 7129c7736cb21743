/** Backward bounds through windows: a pass over the network of a view, with planes and errors of the whole network, as each row sees them. */
import type { Node, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Interval, Plane, Relaxation } from '../../ops/rule.ts';
import { ruleOf } from '../../ops/table.ts';
import { type LinearContext, relaxation } from './backward.ts';
import { isAffine, type Scope, scopeOf } from './scope.ts';
import type { Seen } from './seen.ts';
import type { Source, View } from './view.ts';

export interface SeenNetwork {
  readonly network: View;
  readonly rows: Seen;
}

/** @param context of the whole network; what it adjusts belongs to whole values, and has no place here */
export function throughView(context: Omit<LinearContext, 'adjusted'>, { network, rows }: SeenNetwork): LinearContext {
  const { scope } = context;
  const makers = new Map(scope.nodes.map((node) => [node.outputs[0] as string, node]));
  const errors = [...network.origins].flatMap(([name, whole]): [string, Value][] => {
    const error = context.errors.get(whole);
    return error ? [[name, rows.ofShared(whole, error)]] : [];
  });
  return {
    ...context,
    scope: scopeOf(scope.g, network.net),
    errors: new Map(errors),
    relaxed: (own) => {
      const name = network.origins.get(own.outputs[0] as string) as string;
      return relaxed(context, makers.get(name) as Node, (value) => rows.of(name, value));
    },
    confined: (own) => {
      const name = network.origins.get(own.outputs[0] as string) as string;
      const found = context.confined?.(makers.get(name) as Node);
      if (!found) return undefined;
      const { interval, ball } = found;
      const seen = (value: Value): Value => rows.of(name, value);
      return {
        interval: { lower: seen(interval.lower), upper: seen(interval.upper) },
        ball: { centre: seen(ball.centre), radius: ball.radius },
      };
    },
    // Planes are zero outside already.
    adjusted: (own, a) => {
      const name = network.origins.get(own);
      const node = makers.get(name ?? '');
      return name && node && isAffine(scope, node, ruleOf(node.op)) ? rows.inside(name, a) : a;
    },
  };
}

/** What belongs to an input of the whole network [B, …], as it belongs to a source that is made of it. */
export function moved({ g, varies, constants }: Scope, { path }: Source, value: Value): Value {
  return path.reduce(
    (x, node) =>
      g.node(
        node.op,
        node.inputs.map((name) => (varies(name) ? x : constants.get(name))),
        node.attributes,
      ),
    value,
  );
}

/** The same of what all rows of the batch share, [n, 1]. */
export function movedShared(scope: Scope, source: Source, value: Value): Value {
  if (source.path.length === 0) return value;
  const { g } = scope;
  const { shape } = scope.typed(source.input);
  const n = sizeOf(value.shape);
  const all = g.expand(g.reshape(value, [1, ...shape.slice(1)]), shape);
  return g.reshape(g.slice(g.reshape(moved(scope, source, all), [sizeOf(shape) / n, n]), 0, 0, 1), [n, 1]);
}

/** Where a row chooses its own planes, they are made for each row; else once for all. */
function relaxed({ scope, intervals, choice }: Omit<LinearContext, 'adjusted'>, node: Node, seen: (value: Value) => Value): Relaxation {
  const chosen = choice?.(node) ?? {};
  if (chosen.lower || chosen.upper) {
    const around = node.inputs.flatMap((name): [string, Interval][] => {
      const interval = intervals.get(name);
      return interval ? [[name, { lower: seen(interval.lower), upper: seen(interval.upper) }]] : [];
    });
    return relaxation(scope, node, { intervals: new Map(around), choice: chosen });
  }
  const plane = ({ slopes, intercept }: Plane): Plane => ({
    slopes: slopes.map((slope) => slope && seen(slope)),
    intercept: intercept && seen(intercept),
  });
  const { lower, upper } = relaxation(scope, node, { intervals, choice: chosen });
  return { lower: plane(lower), upper: plane(upper) };
}
