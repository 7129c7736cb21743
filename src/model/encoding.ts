/** How rows of numbers become the inputs of the untouched model: what a deployment would do in front of it. */
import { GibbonError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Port, Value } from '../onnx/graph.ts';
import { isFloat, sizeOf } from '../onnx/tensor.ts';
import type { Encoder } from './encoder.ts';
import type { ModelFile } from './model-file.ts';
import { portsEncoder, portValues, withoutSlope } from './ports-encoding.ts';
import { normalised, type Preprocessing } from './preprocessing.ts';
import { textEncoder } from './text-encoding.ts';

/** @throws GibbonError E_MODEL_UNSUPPORTED where the model's inputs are not what the preprocessing feeds */
export async function encoderOf(model: ModelFile, p: Preprocessing): Promise<Encoder> {
  if (p.encoding?.kind === 'text') return textEncoder(p.encoding);
  if (p.encoding?.kind === 'ports') return portsEncoder(p.encoding);
  assertOneInput(model);
  assertFloatInput(model.input);
  const size = sizeOf(p.shape);
  return (rows) => {
    const data = new Float32Array(rows.length * size);
    for (const [i, row] of rows.entries()) data.set(row, i * size);
    normalise(data, p);
    return { [model.input.name]: { type: 'float32', shape: [rows.length, ...p.shape], data } };
  };
}

/** @throws GibbonError E_MODEL_UNSUPPORTED where more than one input wants values */
export function assertOneInput({ inputs }: Pick<ModelFile, 'inputs'>): void {
  if (inputs.length <= 1) return;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `the model has ${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')})`, {
    hint: 'This kind of data fills one input only.',
  });
}

/** @throws GibbonError E_MODEL_UNSUPPORTED unless the model takes float32: attacks move by less than integers or half precision resolve */
export function assertFloatInput({ name, type }: Port): void {
  if (type === 'float32') return;
  throw new GibbonError('E_MODEL_UNSUPPORTED', `the model's input ${name} is of type ${type}; Gibbon audits models that take float32`, {
    hint: isFloat(type)
      ? 'Export it with float32 inputs; weights may stay as they are (onnxconverter_common: convert_float_to_float16(model, keep_io_types=True)).'
      : `Export the network behind the cast from ${type}, with a float32 input: perturbations smaller than a whole step need one.`,
  });
}

/** (value − mean)/std in place, as the deployed pipeline would do it outside the model. */
export function normalise(data: Float32Array, { mean, std, layout, shape }: Preprocessing): void {
  if (mean.every((m) => m === 0) && std.every((s) => s === 1)) return;
  const channels = Math.max(mean.length, std.length);
  const plane = layout === 'NHWC' || channels === 1 ? 1 : sizeOf(shape.slice(1));
  for (let i = 0; i < data.length; i++) {
    const channel = channels === 1 ? 0 : Math.floor(i / plane) % channels;
    data[i] = ((data[i] as number) - (mean[channel % mean.length] as number)) / (std[channel % std.length] as number);
  }
}

/** The shape of each input for a batch of rows. */
export function inputShapes({ input }: Pick<ModelFile, 'input'>, p: Preprocessing, batch: number): Record<string, number[]> {
  if (p.encoding?.kind !== 'ports') return { [input.name]: [batch, ...p.shape] };
  return Object.fromEntries(p.encoding.ports.map(({ name, shape }) => [name, [batch, ...shape]]));
}

/** Rows x [B, …shape] as the values of the model's inputs, in a graph. */
export function inputValues(g: GraphBuilder, x: Value, { input }: Pick<ModelFile, 'input'>, p: Preprocessing): Map<string, Value> {
  return p.encoding?.kind === 'ports' ? portValues(g, x, p.encoding) : new Map([[input.name, normalised(g, x, p)]]);
}

/** Inputs through which no gradient reaches the row, as a list for people; empty where one does. */
export function inputsWithoutGradient({ encoding }: Preprocessing): string[] {
  const reason = encoding?.kind === 'ports' ? withoutSlope(encoding) : undefined;
  return reason === undefined ? [] : [reason];
}
