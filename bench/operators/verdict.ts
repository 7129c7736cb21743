/** One operator test model through Gibbon: read, lower, run, compare with the suite's outputs and with ONNX Runtime on the untouched file. */
import { GibbonError } from '../../src/base/errors.ts';
import type { Graph, StaticGraph } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { isFloat, isHalf, type Tensor, widened } from '../../src/onnx/tensor.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import type { Feeds } from '../../src/runtime/runtime.ts';
import { randomNodes } from '../../src/transform/randomness.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { type DataSet, dataSetOf, otherThanNumbers, readable, type SuiteCase } from './cases.ts';
import { difference, hostOf, SUITE, tensorFrom, toleranceFor } from './compare.ts';
import { type GradientVerdict, gradientVerdict } from './gradients.ts';

export interface Verdict {
  readonly name: string;
  readonly operator: string;
  readonly expanded: boolean;
  readonly outcome: 'passed' | 'failed' | 'not applicable';
  /** Why it does not apply or what differs; of a passed case, which of its inputs had to be constants. */
  readonly reason: string;
  /** Did ONNX Runtime run the untouched file, so that the lowered one was compared with it, too? */
  readonly runtime: boolean;
  readonly gradient: GradientVerdict;
  /** What a passed case was lowered to. */
  readonly graph?: StaticGraph;
}

/** Which inputs are given as constants, as exporters write them: none; the integers and booleans; all but the first; all. */
const BINDINGS: readonly { readonly text: string; readonly binds: (tensor: Tensor, index: number) => boolean }[] = [
  { text: 'as it is', binds: () => false },
  { text: 'integer inputs as constants', binds: ({ type }) => !isFloat(type) },
  { text: 'all inputs but the first as constants', binds: (_, index) => index > 0 },
  { text: 'all inputs as constants', binds: () => true },
];

type Found = Pick<Verdict, 'outcome' | 'reason' | 'gradient' | 'graph'>;

/** Neither for the untouched file nor for the lowered one. */
const NO_KERNEL = 'ONNX Runtime has no kernel for it on these element types';
const NO_GRADIENT: GradientVerdict = { outcome: 'not applicable', reason: 'not lowered' };
const notApplicable = (reason: string): Found => ({ outcome: 'not applicable', reason, gradient: NO_GRADIENT });
const failed = (reason: string): Found => ({ outcome: 'failed', reason, gradient: NO_GRADIENT });

/** Runs one case. Never throws. */
export async function verdictOf(test: SuiteCase): Promise<Verdict> {
  const { name, operator, expanded, model } = test;
  const { found, runtime } = await judged(test, model).catch((error: unknown) => ({ found: refusal(error), runtime: false }));
  return { name, operator, expanded, ...found, runtime };
}

async function judged(test: SuiteCase, bytes: Uint8Array): Promise<{ found: Found; runtime: boolean }> {
  const foreign = otherThanNumbers(bytes);
  if (foreign) return { found: notApplicable(foreign), runtime: false };
  const model = readModel(bytes);
  // What is drawn has no answer to compare: test/conformance/random-layers.test.ts looks at its moments.
  if ((await randomNodes(model, evaluator(ortNode))).length > 0)
    return { found: notApplicable('its answer is drawn at random'), runtime: false };
  const set = dataSetOf(test);
  if (set.outputs.length === 0 || set.inputs.length !== model.inputs.length)
    return { found: notApplicable('inputs left out of the data'), runtime: false };
  const theirs = await original(bytes, model, set);
  return { found: await lowered(model, set, theirs), runtime: theirs !== undefined };
}

/** The outputs of the untouched file in ONNX Runtime; undefined where it does not run it. */
async function original(bytes: Uint8Array, model: Graph, { inputs }: DataSet): Promise<Tensor[] | undefined> {
  try {
    return await outputsOf(() => ortNode.loadModel(readable(bytes), { optimisation: 'disabled' }), model, inputs);
  } catch {
    return undefined;
  }
}

async function outputsOf(load: () => ReturnType<typeof ortNode.load>, model: Graph, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const session = await load();
  try {
    const feeds: Feeds = Object.fromEntries(
      model.inputs.flatMap(({ name }, i) => (session.inputNames.includes(name) ? [[name, hostOf(inputs[i] as Tensor)]] : [])),
    );
    const made = await session.run(feeds);
    return session.outputNames.map((name) => tensorFrom(made[name] as Parameters<typeof tensorFrom>[0]));
  } finally {
    await session.release();
  }
}

async function lowered(model: Graph, set: DataSet, theirs: readonly Tensor[] | undefined): Promise<Found> {
  let refused = notApplicable('');
  for (const { text, binds } of BINDINGS) {
    const given = bound(model, set.inputs, binds);
    try {
      const graph = await specialise(given.model, given.shapes, evaluator(ortNode));
      const found = await compared(graph, given, set, theirs);
      return found
        ? failed(`${found} (${text})`)
        : { outcome: 'passed', reason: text, gradient: await gradientVerdict(graph, given.tensors), graph };
    } catch (error) {
      refused = refusal(error);
      if (!theirs && error instanceof GibbonError && error.code === 'E_MODEL_LOAD') return notApplicable(NO_KERNEL);
      if (!dependsOnData(error)) return refused;
    }
  }
  return refused;
}

interface Bound {
  readonly model: Graph;
  /** Tensors of the inputs that are left, as the core graph takes them. */
  readonly tensors: readonly Tensor[];
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

function bound(model: Graph, inputs: readonly Tensor[], binds: (tensor: Tensor, index: number) => boolean): Bound {
  const ports = model.inputs.map((port, i) => ({ port, tensor: inputs[i] as Tensor, fixed: binds(inputs[i] as Tensor, i) }));
  const free = ports.filter(({ fixed }) => !fixed);
  const constants = new Map([
    ...model.constants,
    ...ports.flatMap(({ port, tensor, fixed }) => (fixed ? [[port.name, tensor] as const] : [])),
  ]);
  return {
    model: { ...model, inputs: free.map(({ port }) => port), constants },
    tensors: free.map(({ tensor }) => widened(tensor)),
    shapes: Object.fromEntries(free.map(({ port, tensor }) => [port.name, tensor.shape])),
  };
}

/** What differs from the suite's outputs or from ONNX Runtime's. */
async function compared(
  graph: StaticGraph,
  { model, tensors }: Bound,
  set: DataSet,
  theirs: readonly Tensor[] | undefined,
): Promise<string | undefined> {
  const ours = await outputsOf(() => ortNode.load(graph), model, tensors);
  const types = [...set.inputs, ...set.outputs].map(({ type }) => type);
  for (const [i, expected] of set.outputs.entries()) {
    const made = ours[i];
    const exact = theirs?.[i];
    if (!made) return `output ${i} is missing`;
    const half = isHalf(expected.type) || types.some(isHalf);
    const loose = half ? toleranceFor(types) : SUITE;
    const differs = difference(made, expected, loose);
    const strict = exact && difference(made, exact, toleranceFor(types));
    // Where ONNX Runtime itself differs from the suite's outputs, to agree with one of them is enough.
    const disagree = exact !== undefined && difference(exact, expected, loose) !== undefined;
    if (disagree ? differs && strict : strict) return `output ${i}: ${strict}, by ONNX Runtime`;
    if (!disagree && differs) return `output ${i}: ${differs}, by the suite`;
  }
  return undefined;
}

const dependsOnData = (error: unknown): boolean => error instanceof GibbonError && /depends? on (the )?data/.test(error.message);

/** A refusal by a reason is no failure; what the library did not mean to say is one. */
function refusal(error: unknown): Found {
  if (!(error instanceof GibbonError)) return failed(`threw ${error instanceof Error ? error.message : String(error)}`);
  const unintended =
    error.code === 'E_INTERNAL' ||
    error.code === 'E_MODEL_SHAPE' ||
    error.code === 'E_MODEL_LOAD' ||
    / cannot be lowered: /.test(error.message);
  return unintended ? failed(`${error.code}: ${error.message}`) : notApplicable(`${error.message}`);
}
