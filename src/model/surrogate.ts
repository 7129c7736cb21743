/** Stand-ins for an audited model: other networks for the same task, alone or together, that attacks climb in the audited model's own rows and classes. */
import { GibbonError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { StaticGraph, Value } from '../onnx/graph.ts';
import { int64s, sizeOf } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { evaluator } from '../runtime/evaluate.ts';
import type { HostTensor, Runtime, Session } from '../runtime/runtime.ts';
import { asClasses } from '../task/logits.ts';
import { foldConstants } from '../transform/fold-constants.ts';
import { noiseInputs } from '../transform/noise.ts';
import { optimise } from '../transform/optimise.ts';
import type { Bridge } from './bridge.ts';
import { inputValues } from './encoding.ts';
import { decided, type Judge } from './judge.ts';
import type { ModelFile } from './model-file.ts';
import type { Preprocessing } from './preprocessing.ts';
import { loweredGraphs, type Target, targetOf } from './target.ts';

/** One network, in its own terms: rows of the audited model come in, its scores come out. */
export interface Member {
  /** A graph for so many rows; its first output holds the scores. */
  graph(batch: number): Promise<StaticGraph>;
  /** Rows [B, …shape] of the audited model as the inputs of that graph. */
  inputs(g: GraphBuilder, x: Value): Map<string, Value>;
  /** For each class of the audited model the network's own number of it; the same numbers when absent. */
  readonly classes?: readonly number[] | undefined;
}

/** A model file as a member: `bridge` leads from the audited model's rows to those that its own preprocessing describes. */
export function fileMember(
  model: ModelFile,
  { preprocessing, bridge, classes }: { preprocessing: Preprocessing; bridge: Bridge; classes?: readonly number[] | undefined },
  runtime: Runtime,
): Member {
  const graph = loweredGraphs(model, preprocessing, runtime);
  return { graph, classes, inputs: (g, x) => inputValues(g, bridge(g, x), model, preprocessing) };
}

export interface SurrogateOptions {
  /** Form of the audited model's rows. */
  readonly rows: Preprocessing;
  /** Number of classes. */
  readonly classes: number;
  readonly threads: number;
}

/**
 * A target whose scores are the mean of the members' logits (Dong et al., arXiv:1710.06081, section 3.2, with equal weights).
 * Its judge speaks for the stand-in, not for the audited model.
 */
export function createSurrogate(members: readonly Member[], runtime: Runtime, { rows, classes, threads }: SurrogateOptions): Target {
  const graphs = new Map<number, Promise<StaticGraph>>();
  const graph = (batch: number): Promise<StaticGraph> => {
    const made =
      graphs.get(batch) ?? Promise.all(members.map((one) => one.graph(batch))).then((own) => fused(members, own, { rows, batch }));
    graphs.set(batch, made);
    return made;
  };
  const judge = judgeOf(graph, runtime, { rows, classes, threads });
  return targetOf({ preprocessing: rows, judge, unsupported: [], graph, inputs: (_, x) => new Map([[ROWS, x]]) }, runtime, { threads });
}

const ROWS = 'rows';

function fused(
  members: readonly Member[],
  graphs: readonly StaticGraph[],
  { rows, batch }: { rows: Preprocessing; batch: number },
): StaticGraph {
  const g = newGraph();
  const x = g.input(ROWS, 'float32', [batch, ...rows.shape]);
  const all = members.map((member, i) => logitsOf(g, x, member, graphs[i] as StaticGraph));
  const sum = all.reduce((total, one) => g.add(total, one));
  return g.finish({ logits: all.length === 1 ? sum : g.mul(sum, g.scalar(1 / all.length, sum)) }, 'surrogate');
}

function logitsOf(g: GraphBuilder, x: Value, { inputs, classes }: Member, graph: StaticGraph): Value {
  if (noiseInputs(graph).length > 0)
    throw new GibbonError('E_MODEL_UNSUPPORTED', 'a stand-in that answers at random', {
      hint: 'Export the surrogate for inference, without random layers.',
    });
  const logits = asClasses(g, g.inline(graph, inputs(g, x)).get(graph.outputs[0]?.name ?? '') as Value);
  if (!classes || classes.every((own, i) => own === i)) return logits;
  return g.node('Gather', [logits, g.constant(int64s(classes))], { axis: { kind: 'int', value: 1 } });
}

/** Rows per run of the judge: so many numbers at most. */
const BATCH = 32;
const BATCH_NUMBERS = 150_000;

function judgeOf(graph: (batch: number) => Promise<StaticGraph>, runtime: Runtime, { rows, classes, threads }: SurrogateOptions): Judge {
  const size = sizeOf(rows.shape);
  const batch = Math.max(1, Math.min(BATCH, Math.floor(BATCH_NUMBERS / size)));
  let session: Promise<Session> | undefined;
  const load = async (): Promise<Session> =>
    runtime.load(optimise(await foldConstants(await graph(batch), evaluator(runtime))), { threads });
  const scores = async (all: readonly Float32Array[]): Promise<Float32Array[]> => {
    if (all.length === 0) return [];
    session ??= load();
    const made: Float32Array[] = [];
    for (let at = 0; at < all.length; at += batch) {
      const part = all.slice(at, at + batch);
      const data = new Float32Array(batch * size);
      for (const [i, row] of part.entries()) data.set(row, i * size);
      const { logits } = await (await session).run({ [ROWS]: { type: 'float32', shape: [batch, ...rows.shape], data } });
      const flat = (logits as HostTensor).data as Float32Array;
      for (let i = 0; i < part.length; i++) made.push(flat.slice(i * classes, (i + 1) * classes));
    }
    return made;
  };
  const decide: Judge['decide'] = async (all) => (await scores(all)).map((own) => decided(own, 'logits'));
  return {
    outputs: classes,
    scores,
    classScores: scores,
    decide,
    answer: decide,
    votes: 1,
    release: async () => (await session)?.release(),
  };
}
