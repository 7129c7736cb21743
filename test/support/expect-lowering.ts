/** A test that reads like a table: one operator of the file format, in ONNX Runtime as it is and as Gibbon lowers it. */
import { expect } from 'vitest';
import type { Attributes, Graph, Node, StaticGraph } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { type ElementType, sizeOf, type Tensor, view } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { HostTensor } from '../../src/runtime/runtime.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { spread } from './expect-gradient.ts';

/** An input of the model with these elements (a constant would be folded away). */
export interface Fed {
  readonly fed: Tensor;
}

/** A shape is a float32 input of distinct values in [-2, 2]; a tensor is a constant; undefined is an absent optional input. */
export type Given = readonly number[] | Tensor | Fed | undefined;

export interface Lowered {
  readonly op: string;
  /** The ONNX domain unless given; `opset` is then this domain's version. */
  readonly domain?: string;
  readonly opset: number;
  readonly inputs: readonly Given[];
  readonly attributes?: Attributes;
  readonly outputs?: number;
  /** Element types of the outputs, where they are not float32. */
  readonly types?: readonly ElementType[];
}

/** One float32 operation's rounding many times over: normalisations cancel, sums are reordered. */
const TOLERANCE = 2e-5;

/** The ONNX opset of a model whose operator comes from another domain. */
const HOST_OPSET = 17;

const isShape = (given: Given): given is readonly number[] => Array.isArray(given);
const isFed = (given: Given): given is Fed => given !== undefined && 'fed' in given;
const isConstant = (given: Given): given is Tensor => given !== undefined && !isShape(given) && !isFed(given);

function portOf(given: Given, i: number): Graph['inputs'] {
  if (isShape(given)) return [{ name: `x${i}`, type: 'float32', shape: given }];
  return isFed(given) ? [{ name: `x${i}`, type: given.fed.type, shape: given.fed.shape }] : [];
}

function feedOf(given: Given, i: number): [string, HostTensor][] {
  if (isFed(given)) return [[`x${i}`, { type: given.fed.type, shape: given.fed.shape, data: view(given.fed) }]];
  if (!isShape(given)) return [];
  return [[`x${i}`, { type: 'float32', shape: given, data: Float32Array.from(spread(sizeOf(given), i, i)) }]];
}

/** The graph of one node. */
export function modelOf({ op, domain = '', opset, inputs, attributes = {}, outputs = 1, types = [] }: Lowered): Graph {
  const names = inputs.map((given, i) => (given === undefined ? '' : `x${i}`));
  const node: Node = {
    op,
    domain,
    name: 'node',
    inputs: names,
    outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
    attributes,
  };
  const graph = graphOf(
    opset,
    [node],
    inputs,
    node.outputs.map((name, i) => ({ name, type: types[i] ?? 'float32', shape: null })),
  );
  return domain === ''
    ? graph
    : {
        ...graph,
        opsets: new Map([
          ['', HOST_OPSET],
          [domain, opset],
        ]),
      };
}

/** A model of nodes that read x0, x1, … */
export function graphOf(opset: number, nodes: readonly Node[], inputs: readonly Given[], outputs: Graph['outputs']): Graph {
  return {
    name: 'model',
    opsets: new Map([['', opset]]),
    inputs: inputs.flatMap(portOf),
    outputs,
    nodes,
    constants: new Map(inputs.flatMap((given, i) => (isConstant(given) ? [[`x${i}`, given]] : []))),
  };
}

/** Fails unless the lowered operator returns what ONNX Runtime returns for the original. */
export async function expectLowering(spec: Lowered): Promise<void> {
  await expectSame(modelOf(spec), spec.inputs);
}

/**
 * Fails unless the lowered model returns what ONNX Runtime returns for the original, in the same shapes. Where ONNX Runtime does not run the
 * original, `reference` is a model of the same meaning that it runs. Returns the lowered graph.
 */
export async function expectSame(graph: Graph, inputs: readonly Given[], reference = graph): Promise<StaticGraph> {
  const { bytes } = writeModel(graph);
  const feeds = Object.fromEntries(inputs.flatMap(feedOf));
  const expected = await outputsOf(() => ortNode.loadModel(writeModel(reference).bytes, { optimisation: 'disabled' }), feeds);
  const shapes = Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  const lowered = await specialise(readModel(bytes), shapes, evaluator(ortNode));
  const made = await outputsOf(() => ortNode.load(lowered), feeds);
  for (const { name } of graph.outputs) {
    const [theirs, ours] = [expected[name] as HostTensor, made[name] as HostTensor];
    expect({ name, type: ours.type, shape: ours.shape }).toEqual({
      name,
      type: theirs.type === 'float16' ? 'float32' : theirs.type,
      shape: theirs.shape,
    });
    expectClose(name, Array.from(ours.data as Float32Array, Number), Array.from(theirs.data as Float32Array, Number));
  }
  return lowered;
}

async function outputsOf(
  load: () => ReturnType<typeof ortNode.load>,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<Record<string, HostTensor>> {
  const session = await load();
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

function expectClose(name: string, ours: readonly number[], theirs: readonly number[]): void {
  const scale = theirs.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (const [i, value] of theirs.entries()) {
    const same = Object.is(ours[i], value) || Math.abs((ours[i] as number) - value) <= TOLERANCE * scale;
    if (!same) expect.fail(`${name}[${i}]: lowered ${ours[i]}, ONNX Runtime ${value}`);
  }
}
