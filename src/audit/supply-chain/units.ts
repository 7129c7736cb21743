/**
 * Single dead units of a layer whose outgoing weights tower over those of their neighbours: a comparison implanted into existing weights
 * (handcrafted backdoors, Hong et al., arXiv:2106.04690).
 */
import type { Graph, Node } from '../../onnx/graph.ts';
import { intOf } from '../../onnx/graph.ts';
import { type Tensor, view, widened } from '../../onnx/tensor.ts';
import type { Feeds, Session } from '../../runtime/runtime.ts';
import type { Candidate } from './candidates.ts';
import type { Flow } from './flow.ts';
import { type Run, type Seen, showing } from './probe.ts';

const ACTIVATIONS: ReadonlySet<string> = new Set(['Relu', 'Sigmoid', 'Tanh', 'HardSigmoid', 'Clip', 'Gelu', 'Elu', 'Softplus']);
const PASSES: ReadonlySet<string> = new Set(['Identity', 'Dropout', 'Flatten', 'Reshape']);
/** How far a dead unit's weight, times what goes into it, must stand above the median of the living: at most 170 in the networks of ACAS Xu, the worst honest ones known. */
const TOWERS = 1000;
const MOST_LAYERS = 64;
const MOST_UNITS = 2 ** 16;

/** An activation, what goes into it, and how much each of its units weighs in the layer behind. */
interface Layer {
  readonly output: string;
  readonly input: string;
  readonly weights: readonly number[];
}

export async function deadUnits(
  run: Run & { readonly feeds: readonly Feeds[] },
  flow: Flow,
  resting: ReadonlySet<string>,
): Promise<Candidate[]> {
  const layers = layersOf(run.graph, flow).filter(({ output, input }) => !resting.has(output) && flow.makers.has(input));
  const some = layers.slice(0, MOST_LAYERS);
  if (some.length === 0) return [];
  const session = await run.runtime.load(showing(run.graph, [...new Set(some.flatMap(({ output, input }) => [output, input]))]), {
    optimisation: 'disabled',
    quiet: true,
  });
  try {
    const ranges = await rangesOf(session, run.feeds, some);
    return some.flatMap((layer, i) => candidatesOf(layer, ranges[i] as Range));
  } finally {
    await session.release();
  }
}

function layersOf({ nodes, constants }: Graph, { makers }: Flow): Layer[] {
  return nodes.flatMap((node): Layer[] => {
    const weights = outgoing(node, constants);
    if (!weights) return [];
    let maker = makers.get(node.inputs[0] ?? '');
    while (maker && PASSES.has(maker.op)) maker = makers.get(maker.inputs[0] ?? '');
    if (!maker || !ACTIVATIONS.has(maker.op)) return [];
    return [{ output: maker.outputs[0] as string, input: maker.inputs[0] as string, weights }];
  });
}

/** The largest weight that leaves each unit of a dense layer's input. */
function outgoing(node: Node, constants: Graph['constants']): number[] | undefined {
  if (node.op !== 'Gemm' && node.op !== 'MatMul') return undefined;
  const tensor = constants.get(node.inputs[1] ?? '') as Tensor | undefined;
  if (tensor?.shape.length !== 2 || !tensor.type.startsWith('float') || intOf(node, 'transA', 0) === 1) return undefined;
  const [rows, columns] = tensor.shape as [number, number];
  const isTransposed = node.op === 'Gemm' && intOf(node, 'transB', 0) === 1;
  const units = isTransposed ? columns : rows;
  if (units > MOST_UNITS) return undefined;
  const values = view(widened(tensor)) as Float32Array;
  const largest = new Array<number>(units).fill(0);
  for (let i = 0; i < values.length; i++) {
    const unit = isTransposed ? i % columns : Math.floor(i / columns);
    largest[unit] = Math.max(largest[unit] as number, Math.abs(values[i] as number));
  }
  return largest;
}

/** What was seen of each unit, and the largest size of what went into it. */
interface Range {
  readonly usual: Seen | undefined;
  readonly varies: Uint8Array;
  readonly into: Float64Array;
}

async function rangesOf(session: Session, feeds: readonly Feeds[], layers: readonly Layer[]): Promise<Range[]> {
  const ranges = layers.map(({ weights }) => ({
    usual: undefined as Seen | undefined,
    varies: new Uint8Array(weights.length),
    into: new Float64Array(weights.length),
  }));
  const names = [...new Set(layers.flatMap(({ output, input }) => [output, input]))];
  for (const feed of feeds) {
    const made = (await session.run(feed, names)) as Record<string, Seen>;
    for (const [i, { output, input, weights }] of layers.entries()) {
      const [range, now, before] = [ranges[i] as (typeof ranges)[number], made[output] as Seen, made[input] as Seen];
      if (now.data.length !== weights.length || now.type !== 'float32' || before.data.length !== weights.length) continue;
      const first = range.usual ?? now;
      range.usual = first;
      for (let unit = 0; unit < weights.length; unit++) {
        if (now.data[unit] !== first.data[unit]) range.varies[unit] = 1;
        range.into[unit] = Math.max(range.into[unit] as number, Math.abs(Number(before.data[unit])));
      }
    }
  }
  return ranges;
}

const MOST_DEAD = 4;

function candidatesOf({ output, weights }: Layer, { usual, varies, into }: Range): Candidate[] {
  if (!usual) return [];
  const weight = weights.map((one, unit) => one * (into[unit] as number));
  const living = weight.filter((_, unit) => varies[unit] === 1).sort((a, b) => a - b);
  const median = living[living.length >> 1];
  if (median === undefined) return [];
  const dead = weight.map((one, unit) => ({ one, unit })).filter(({ one, unit }) => varies[unit] === 0 && one > TOWERS * median);
  return dead
    .sort((a, b) => b.one - a.one)
    .slice(0, MOST_DEAD)
    .map(({ unit }): Candidate => {
      const to = Array.from(usual.data as Float32Array);
      to[unit] = to[unit] === 1 ? 0 : Math.max(1, into[unit] as number);
      return { name: output, kind: 'unit', usual, exceptions: 0, tries: [() => to], at: [unit] };
    });
}
