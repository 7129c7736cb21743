/** Least values of weighted sums of a network's outputs over a box, by linear programs and exactly, with HiGHS. For shallow networks, and to test bounds with. */
import loadHighs, { type Highs, type Model } from 'highs';
import type { StaticGraph } from '../../onnx/graph.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Evaluate } from '../../transform/evaluate.ts';
import { type AffinePiece, affinePieces, type Intervals, intervalsOf, type PiecewiseLinear } from './affine-pieces.ts';
import { programOf } from './program.ts';

export interface Minimum {
  /** Nothing in the box is below it, within the solver's tolerance of 1e-9 a row; −Infinity where the solver proved nothing: not certified. */
  readonly bound: number;
  /** The value at `point`; of a relaxation it need not be the network's. Infinity where the solver found none. */
  readonly value: number;
  /** Input values. */
  readonly point: Float64Array | undefined;
}

export interface MinimaOptions {
  /** Exact, by branching over the unstable rectifiers; otherwise the triangle relaxation. */
  readonly isExact: boolean;
  /** Bounds of rectifiers' inputs that are tighter than intervals, in the order of the graph. */
  readonly bounds?: readonly Intervals[];
  /** Seconds for each row of `spec`. */
  readonly seconds?: number;
}

/** A network whose matrices are known: any number of boxes may be asked. */
export interface LinearNetwork {
  readonly pieces: PiecewiseLinear;
  /** Bounds of each rectifier's input over the box, by intervals, made tighter layer by layer with two linear programs for each unstable rectifier. */
  tightened(box: Intervals): Promise<Intervals[]>;
  /** One minimum for each row of the specification. */
  minima(box: Intervals, options: MinimaOptions): Promise<Minimum[]>;
}

/**
 * @param core of batch 1, one input, one output of m values
 * @param spec [k, m] float32: the sums that are minimised
 * @throws GibbonError E_NOT_APPLICABLE for networks with other operators than affine ones and Relu
 */
export async function linearNetwork(core: StaticGraph, spec: Tensor, evaluate: Evaluate): Promise<LinearNetwork> {
  const pieces = await affinePieces(core, spec, evaluate);
  const highs = await solver();
  return {
    pieces,
    tightened: async (box) => tightened(highs, pieces, box, await intervalsOf(pieces, box, evaluate)),
    minima: async (box, { isExact, bounds, seconds }) => {
      const known = bounds ?? (await intervalsOf(pieces, box, evaluate));
      return solved(highs, pieces, box, known, { isExact, seconds }, ({ minimise }) =>
        Array.from({ length: pieces.asked.rows }, (_, row) => minimise(pieces.asked, row, 1)),
      );
    },
  };
}

let loading: Promise<Highs> | undefined;

/** The solver's WebAssembly is compiled once. */
function solver(): Promise<Highs> {
  loading ??= loadHighs();
  return loading;
}

interface Solver {
  /** The least value of `sign` times a row of a piece. */
  minimise(piece: AffinePiece, row: number, sign: 1 | -1): Minimum;
}

interface How {
  readonly isExact: boolean;
  readonly seconds?: number | undefined;
}

function solved<T>(
  highs: Highs,
  pieces: PiecewiseLinear,
  box: Intervals,
  bounds: readonly Intervals[],
  { isExact, seconds }: How,
  use: (solver: Solver) => T,
): T {
  const { data, columns, binaries } = programOf(pieces, box, bounds, isExact);
  const infinite = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(values, (value) => (Number.isFinite(value) ? value : Math.sign(value) * highs.infinity));
  const whole = {
    ...data,
    rowLower: infinite(data.rowLower as number[]),
    rowUpper: infinite(data.rowUpper as number[]),
    colCost: new Float64Array(columns),
  };
  return highs.withModel(whole, (model) => {
    model.options.set({
      output_flag: false,
      primal_feasibility_tolerance: 1e-9,
      dual_feasibility_tolerance: 1e-9,
      mip_feasibility_tolerance: 1e-9,
      mip_rel_gap: 0,
      mip_abs_gap: 1e-7,
      small_matrix_value: 1e-12,
      ...(seconds !== undefined && { time_limit: seconds }),
    });
    return use({
      minimise: (piece, row, sign) =>
        minimum(highs, model, { piece, row, sign }, { columns, inputs: pieces.inputs, isSearch: binaries > 0 }),
    });
  });
}

function minimum(
  highs: Highs,
  model: Model,
  { piece, row, sign }: { piece: AffinePiece; row: number; sign: 1 | -1 },
  { columns, inputs, isSearch }: { columns: number; inputs: number; isSearch: boolean },
): Minimum {
  const costs = new Float64Array(columns);
  costs.set(piece.matrix.subarray(row * piece.columns, (row + 1) * piece.columns).map((weight) => sign * weight));
  model.changeColsCost({ kind: 'range', from: 0, to: columns - 1 }, costs);
  // The time limit counts from the first run of a model otherwise.
  model.zeroAllClocks();
  model.run();
  const offset = sign * (piece.offset[row] as number);
  const status = model.getModelStatus();
  // "Unknown", limits and errors prove nothing; a search that stopped early still has its bound.
  const isOptimal = status === highs.constants.modelStatus.optimal;
  const isStopped = isSearch && status === highs.constants.modelStatus.timeLimit;
  if (!isOptimal && !isStopped) return { bound: Number.NEGATIVE_INFINITY, value: Number.POSITIVE_INFINITY, point: undefined };
  const value = isOptimal ? model.getObjectiveValue() : Number.POSITIVE_INFINITY;
  const bound = isSearch ? provedBy(model, value, isOptimal) : value;
  return {
    bound: bound + offset,
    value: value + offset,
    point: isOptimal ? model.getSolution().colValue.slice(0, inputs) : undefined,
  };
}

/** What a search over binaries has proved; of linear programs the solver keeps a bound that means nothing. */
function provedBy(model: Model, value: number, isOptimal: boolean): number {
  const bound = model.info.get('mip_dual_bound');
  if (typeof bound === 'number' && Number.isFinite(bound)) return Math.min(bound, value);
  return isOptimal ? value : Number.NEGATIVE_INFINITY;
}

/** Layer by layer: each layer's bounds are those of the triangle relaxation of all layers before it. */
function tightened(highs: Highs, pieces: PiecewiseLinear, box: Intervals, intervals: readonly Intervals[]): Intervals[] {
  const bounds: Intervals[] = [];
  for (const [k, { lower, upper }] of intervals.entries()) {
    const piece = pieces.rectifiers[k] as AffinePiece;
    const own = { lower: lower.slice(), upper: upper.slice() };
    // The first layer's intervals are exact.
    if (k > 0) solved(highs, pieces, box, bounds, { isExact: false }, (solver) => tighten(solver, piece, own));
    bounds.push(own);
  }
  return bounds;
}

/** The solver's tolerance, as a share of the bound and absolutely. */
const TOLERANCE = 1e-7;

function tighten({ minimise }: Solver, piece: AffinePiece, { lower, upper }: Intervals): void {
  for (let i = 0; i < piece.rows; i++) {
    if ((lower[i] as number) >= 0 || (upper[i] as number) <= 0) continue;
    const [least, most] = [minimise(piece, i, 1).bound, -minimise(piece, i, -1).bound];
    lower[i] = Math.max(lower[i] as number, least - TOLERANCE * (1 + Math.abs(least)));
    upper[i] = Math.min(upper[i] as number, most + TOLERANCE * (1 + Math.abs(most)));
  }
}
