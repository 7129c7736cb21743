/**
 * A network of affine operators and rectifiers as matrices: every rectifier's input, and what is asked of the outputs, is an affine function of the
 * network's input and of the rectifiers before it. The matrices are gradients that ONNX Runtime computes in float64.
 */
import { GibbonError } from '../../base/errors.ts';
import type { StaticGraph, Value } from '../../onnx/graph.ts';
import { floats, sizeOf, type Tensor, view } from '../../onnx/tensor.ts';
import { newGraph } from '../../ops/table.ts';
import type { Evaluate } from '../../transform/evaluate.ts';
import { toFloat64 } from '../../transform/float64.ts';
import { gradient } from '../../transform/gradient.ts';

/** rows × columns, and what is added. Columns: the input's values, then the outputs of the rectifiers before, flattened, in the order of `rectifiers`. */
export interface AffinePiece {
  readonly rows: number;
  readonly columns: number;
  readonly matrix: Float64Array;
  readonly offset: Float64Array;
}

export interface PiecewiseLinear {
  /** Values of the input. */
  readonly inputs: number;
  /** The inputs of each rectifier. */
  readonly rectifiers: readonly AffinePiece[];
  /** One row for each that is asked of the outputs. */
  readonly asked: AffinePiece;
}

/** Numbers of one matrix: 128 MiB. */
const MOST_NUMBERS = 2 ** 24;

/** Affine in all operands together. */
const LINEAR = new Set(
  'Add Sub Neg Identity Reshape Transpose Concat Slice Split Pad Expand Gather ReduceSum ReduceMean AveragePool Tile Resize Upsample DepthToSpace Cast'.split(
    ' ',
  ),
);
/** Affine in one operand, where the others are constants. */
const BILINEAR = new Set(['Mul', 'MatMul', 'Gemm', 'Conv', 'ConvTranspose']);

/**
 * @param core of batch 1, with one float32 input and one output of m values
 * @param spec [k, m]: what is asked are k weighted sums of the outputs, e.g. the margins of a class
 * @throws GibbonError E_NOT_APPLICABLE for other operators, or matrices that are too large
 */
export async function affinePieces(core: StaticGraph, spec: Tensor, evaluate: Evaluate): Promise<PiecewiseLinear> {
  assertPiecewiseLinear(core);
  const cut = cutAt(toFloat64(core));
  const inputs = sizeOf((cut.inputs[0] as Value).shape);
  const wanted = [...cut.rectified, cut.graph.outputs.at(-1)?.name as string];
  const made = await evaluate(await offsetsAndMatrices(cut, wanted, spec));
  const pieces = wanted.map((_, i): AffinePiece => {
    const offset = view(made.get(`offset ${i}`) as Tensor) as Float64Array;
    const matrix = view(made.get(`matrix ${i}`) as Tensor) as Float64Array;
    return { rows: offset.length, columns: matrix.length / offset.length, matrix, offset };
  });
  return { inputs, rectifiers: pieces.slice(0, -1), asked: pieces.at(-1) as AffinePiece };
}

function notApplicable(reason: string): GibbonError {
  return new GibbonError('E_NOT_APPLICABLE', `no linear program of the model: ${reason}`, {
    hint: 'Linear programs are for small networks of affine operators and Relu.',
  });
}

function assertPiecewiseLinear({ inputs, outputs, nodes, types }: StaticGraph): void {
  if (inputs.length !== 1 || outputs.length !== 1 || inputs[0]?.type !== 'float32') throw notApplicable('it has several inputs or outputs');
  const moving = new Set(inputs.map(({ name }) => name));
  for (const node of nodes) {
    const own = node.inputs.flatMap((name, i) => (moving.has(name) ? [i] : []));
    if (own.length === 0) continue;
    const isAffine =
      LINEAR.has(node.op) || (BILINEAR.has(node.op) && own.length === 1) || (node.op === 'Div' && own.length === 1 && own[0] === 0);
    if (node.op !== 'Relu' && !isAffine) throw notApplicable(`${node.op} is not affine`);
    if (node.outputs.some((name) => types.get(name)?.type !== 'float32')) throw notApplicable(`${node.op} leaves the real numbers`);
    for (const name of node.outputs) moving.add(name);
  }
}

interface Cut {
  /** Without rectifiers: their outputs are inputs, what goes into them are outputs. */
  readonly graph: StaticGraph;
  readonly inputs: readonly Value[];
  /** Inputs of the rectifiers. */
  readonly rectified: readonly string[];
}

function cutAt(graph: StaticGraph): Cut {
  const rectifiers = graph.nodes.filter(({ op }) => op === 'Relu');
  const named = (name: string): Value => ({ name, ...(graph.types.get(name) as Omit<Value, 'name'>) });
  const inputs = [...graph.inputs, ...rectifiers.map(({ outputs }) => named(outputs[0] as string))];
  return {
    graph: { ...graph, inputs, nodes: graph.nodes.filter(({ op }) => op !== 'Relu') },
    inputs,
    rectified: rectifiers.map((node) => node.inputs[0] as string),
  };
}

/** A graph of constants: each wanted value where all inputs are 0, and its derivatives for the inputs that stand before it, side by side. */
async function offsetsAndMatrices({ graph, inputs }: Cut, wanted: readonly string[], spec: Tensor): Promise<StaticGraph> {
  const g = newGraph();
  const zeros = g.inline(graph, new Map(inputs.map(({ name, shape }) => [name, g.zeros(shape, 'float64')])));
  const moving = new Map(inputs.map(({ name, shape }, i) => [name, g.input(`moving ${i}`, 'float64', shape)]));
  const values = g.inline(graph, moving);
  const outputs: Record<string, Value> = {};
  for (const [i, name] of wanted.entries()) {
    const value = values.get(name) as Value;
    const isLast = i === wanted.length - 1;
    const size = sizeOf(value.shape);
    const weights = isLast ? floats(view(spec) as Float32Array, spec.shape, 'float64') : identity(size);
    const rows = weights.shape[0] as number;
    const flat = g.reshape(zeros.get(name) as Value, [size, 1]);
    outputs[`offset ${i}`] = g.reshape(g.matmul(g.constant(weights), flat), [rows]);
    const before = [...moving.values()].slice(0, i + 1);
    if (rows * before.reduce((sum, { shape }) => sum + sizeOf(shape), 0) > MOST_NUMBERS) throw notApplicable('its layers are too large');
    const cotangent = g.reshape(g.constant(weights), [rows, ...value.shape]);
    const slopes = gradient(g, [{ value, cotangent }], before, 1);
    outputs[`matrix ${i}`] = g.concat(
      slopes.map((slope, k) =>
        slope ? g.reshape(slope, [rows, sizeOf(before[k]?.shape ?? [])]) : g.zeros([rows, sizeOf(before[k]?.shape ?? [])], 'float64'),
      ),
      1,
    );
  }
  if (Object.values(outputs).some((value) => !g.isFixed(value))) throw notApplicable('a derivative depends on the input');
  return { ...g.finish(outputs), inputs: [] };
}

function identity(size: number): Tensor {
  const values = new Float64Array(size * size);
  for (let i = 0; i < size; i++) values[i * (size + 1)] = 1;
  return floats(values, [size, size], 'float64');
}

/** Bounds of each rectifier's input over a box, by interval arithmetic in float64, widened by more than its rounding. */
export async function intervalsOf({ rectifiers }: PiecewiseLinear, box: Intervals, evaluate: Evaluate): Promise<Intervals[]> {
  if (rectifiers.length === 0) return [];
  const g = newGraph();
  const column = (values: Float64Array): Value => g.constant(floats(values, [values.length, 1], 'float64'));
  let [low, high] = [column(box.lower), column(box.upper)];
  const outputs: Record<string, Value> = {};
  for (const [i, { rows, columns, matrix, offset }] of rectifiers.entries()) {
    const half = g.scalar(0.5, low);
    const [middle, radius] = [g.mul(half, g.add(low, high)), g.mul(half, g.sub(high, low))];
    const weights = g.constant(floats(matrix, [rows, columns], 'float64'));
    const centre = g.add(g.matmul(weights, middle), column(offset));
    const spread = g.matmul(g.abs(weights), radius);
    // Sums of n terms are wrong by at most n·2^-53 of the sum of their sizes, and n is below 2^24.
    const rounding = g.mul(g.scalar(2 ** -29, low), g.add(g.matmul(g.abs(weights), g.add(g.abs(middle), radius)), g.abs(column(offset))));
    const [from, to] = [g.sub(g.sub(centre, spread), rounding), g.add(g.add(centre, spread), rounding)];
    outputs[`lower ${i}`] = from;
    outputs[`upper ${i}`] = to;
    low = g.concat([low, g.node('Relu', [from])], 0);
    high = g.concat([high, g.node('Relu', [to])], 0);
  }
  const made = await evaluate({ ...g.finish(outputs), inputs: [] });
  return rectifiers.map((_, i) => ({
    lower: view(made.get(`lower ${i}`) as Tensor) as Float64Array,
    upper: view(made.get(`upper ${i}`) as Tensor) as Float64Array,
  }));
}

/** One interval for each value. */
export interface Intervals {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}
