/** The network itself at some points, held against what is proved of it: how far its values leave their bounds, and by how much specifications are met. */
import type { StaticGraph, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import type { BoundForm } from '../../transform/bounds/bound-form.ts';
import { gradient } from '../../transform/gradient.ts';
import type { Graph } from './bound-graphs.ts';
import type { Cut } from './cuts.ts';

interface Watched {
  readonly cuts: readonly Cut[];
  /** Points at once, of which the network's first dimension is made. */
  readonly batch: number;
}

/**
 * Inputs: the network's own for `batch` points, `l:` and `u:` of each cut for one set, [1, size], `rows` [S, outputs].
 * Outputs: `beyond:` of each cut, max over points and elements of (l − v, v − u), positive where a value leaves its bounds; `least` [S], min over points of a·y.
 * @param net the network for so many points
 */
export function watchGraph(net: BoundForm, { cuts, batch, rows: count }: Watched & { readonly rows: number }): StaticGraph {
  const g = newGraph();
  const { output, beyond } = beside(g, net, { cuts, batch });
  const made = Object.fromEntries([...beyond].map(([name, value]) => [`beyond:${name}`, g.reduceMax(value, [0, 1])]));
  const rows = g.input('rows', output.type, [count, output.shape[1] as number]);
  const least = g.neg(g.reduceMax(g.neg(g.matmul(rows, g.transpose(output, [1, 0]))), [1]));
  return g.finish({ ...made, least }, 'values beside their bounds');
}

/**
 * Where each point has to go for a value of one cut to leave its bounds: `slope`, the gradient of that cut's largest l − v or v − u. Which cut, each point says
 * by a one in its row of `which` [batch, cuts].
 */
export function pushGraph(net: BoundForm, { cuts, batch }: Watched): StaticGraph {
  const g = newGraph();
  const { inputs, beyond } = beside(g, net, { cuts, batch });
  const all = [...beyond.values()].map((value) => g.reduceMax(value, [1], true));
  const which = g.input('which', 'float32', [batch, all.length]);
  const chosen = g.sum(g.mul(which, g.concat(all, 1)), [1]);
  const [x] = inputs as [Value];
  const [slope] = gradient(g, [{ value: chosen, cotangent: g.expand(g.scalar(1), [batch]) }], [x]);
  return g.finish({ slope: slope ?? g.mul(x, g.scalar(0)) }, 'towards the bounds');
}

/** The output [batch, outputs], and of each cut max(l − v, v − u) [batch, size]. */
function beside(g: Graph, net: BoundForm, { cuts, batch }: Watched) {
  const inputs = net.inputs.map(({ name, type, shape }) => g.input(name, type, shape));
  const given = new Map(inputs.map((value) => [value.name, value]));
  const inner = cuts.filter(({ name }) => !given.has(name));
  const { name: last } = net.outputs[0] as Value;
  const seen = { ...net, outputs: [...new Set([...inner.map(({ name }) => name), last])].map((name) => typed(net, name)) };
  const values = g.inline(seen, given);
  const rowsOf = (name: string): Value => {
    const value = values.get(name) as Value;
    return g.reshape(value, [batch, sizeOf(value.shape) / batch]);
  };
  const beyond = new Map(
    inner.map(({ name, size }) => {
      const value = rowsOf(name);
      const end = (side: 'l' | 'u'): Value => g.input(`${side}:${name}`, value.type, [1, size]);
      return [name, g.max(g.sub(end('l'), value), g.sub(value, end('u')))];
    }),
  );
  return { inputs, output: rowsOf(last), beyond };
}

const typed = (net: StaticGraph, name: string): Value => ({ ...(net.types.get(name) as Omit<Value, 'name'>), name });
