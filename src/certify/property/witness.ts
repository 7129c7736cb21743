/** Counterexamples are judged by the untouched model: its own answer in ONNX Runtime, in its own precision, decides whether a point violates a property. */
import { GibbonError } from '../../base/errors.ts';
import type { Graph, Port } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { Feeds, HostTensor, Session } from '../../runtime/runtime.ts';
import { holds, type InputCase, type Property } from './property.ts';

/** The model's own answer at a point, and what follows from it. */
export interface Witness {
  /** What the model was given: the point in the inputs' precision (float32, as a rule), all inputs flattened. */
  readonly inputs: Float64Array;
  readonly outputs: Float64Array;
  /** Is it a counterexample? The point, as the model was given it, lies in a box of the property and one of the box's violations holds. */
  readonly violates: boolean;
  /** Does it lie in the box as written, too, without the rounding of its bounds to float32? */
  readonly insideExactly: boolean;
}

/** Asks the untouched model one point at a time. */
export type Ask = (point: ArrayLike<number>) => Promise<Pick<Witness, 'inputs' | 'outputs'>>;

/**
 * The untouched model as a function of X_0, X_1, …: all its inputs, flattened, in the order of the file; open dimensions are 1.
 * @param session of the file itself (`runtime.loadModel`)
 * @throws GibbonError E_MODEL_SHAPE where the property has other numbers of inputs or outputs; E_MODEL_UNSUPPORTED for inputs that are no floats
 */
export function asked(session: Session, { inputs, outputs }: Graph, property: Pick<Property, 'inputs' | 'outputs'>): Ask {
  const shapes = inputShapes(inputs, property.inputs);
  for (const { name, type } of inputs) {
    if (type === 'float32' || type === 'float64') continue;
    throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's input ${name} is of type ${type}`, {
      hint: 'Properties are about real numbers: export the model with float32 inputs.',
    });
  }
  return async (point) => {
    const feeds: Record<string, HostTensor> = {};
    let at = 0;
    for (const [i, { name, type }] of inputs.entries()) {
      const shape = shapes[i] as number[];
      const values = Array.from({ length: sizeOf(shape) }, (_, k) => point[at + k] as number);
      at += values.length;
      feeds[name] = { type, shape, data: type === 'float32' ? Float32Array.from(values) : Float64Array.from(values) };
    }
    const made = await answered(session, feeds);
    const answer = outputs.flatMap(({ name }) => Array.from(made[name]?.data ?? [], Number));
    if (answer.length !== property.outputs) throw otherSize('outputs', 'Y', property.outputs, answer.length);
    return {
      inputs: Float64Array.from(inputs.flatMap(({ name }) => Array.from(feeds[name]?.data ?? [], Number))),
      outputs: Float64Array.from(answer),
    };
  };
}

async function answered(session: Session, feeds: Feeds): Promise<Record<string, HostTensor>> {
  try {
    return await session.run(feeds);
  } catch (cause) {
    throw new GibbonError(
      'E_MODEL_SHAPE',
      `the model does not run on the property's inputs: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'Open dimensions of the model are taken to be 1: export it with the shape that the property is about.',
        cause,
      },
    );
  }
}

/** Open dimensions are 1, but for the only one of a model with one input, where the number of values tells it. */
function inputShapes(inputs: readonly Port[], count: number): number[][] {
  const shapes = inputs.map(({ shape }) => (shape ?? [count]).map((dim) => (typeof dim === 'number' && dim > 0 ? dim : 1)));
  const total = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  if (total === count) return shapes;
  const open = (inputs[0]?.shape ?? []).flatMap((dim, i) => (typeof dim === 'number' && dim > 0 ? [] : [i]));
  // The first open dimension is the batch.
  const [only, ...others] = open.length > 1 ? open.slice(1) : open;
  if (inputs.length === 1 && only !== undefined && others.length === 0 && count % total === 0) {
    return shapes.map((shape) => shape.map((dim, i) => (i === only ? count / total : dim)));
  }
  throw otherSize('inputs', 'X', count, total);
}

function otherSize(what: string, letter: string, property: number, model: number): GibbonError {
  return new GibbonError('E_MODEL_SHAPE', `the property is about ${property} ${what}, and the model has ${model}`, {
    hint: `${letter}_0 to ${letter}_${model - 1} are all ${what} of the model, flattened: is it the property of another model?`,
  });
}

/** Is the point a counterexample of the property? */
export async function checkWitness(ask: Ask, property: Property, point: ArrayLike<number>): Promise<Witness> {
  const answer = await ask(point);
  const violated = property.cases.filter((one) => lies(answer.inputs, one, Math.fround) && isViolated(one, answer));
  return {
    ...answer,
    violates: violated.length > 0,
    insideExactly: violated.some((one) => lies(answer.inputs, one, (value) => value)),
  };
}

function lies(point: Float64Array, { box }: InputCase, rounded: (value: number) => number): boolean {
  const inside = (value: number, i: number): boolean => {
    const [low, high] = [box.lower[i] as number, box.upper[i] as number];
    return value >= Math.min(low, rounded(low)) && value <= Math.max(high, rounded(high));
  };
  return point.every(inside);
}

function isViolated({ violations }: InputCase, { inputs, outputs }: Pick<Witness, 'inputs' | 'outputs'>): boolean {
  return violations.some((conjunction) => conjunction.every((constraint) => holds(constraint, inputs, outputs)));
}
