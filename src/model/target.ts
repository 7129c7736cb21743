/** A model with its preprocessing, ready to be attacked: compiles step graphs for fixed batch sizes and runs the untouched original. */
import { GibbonError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Graph, StaticGraph, Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { evaluator } from '../runtime/evaluate.ts';
import type { Feeds, HostTensor, Runtime, Session } from '../runtime/runtime.ts';
import { asClasses, scoresOnly } from '../task/logits.ts';
import { classifier, type LossKind, type Task } from '../task/task.ts';
import { movedOnly, type Range } from '../threat/ball.ts';
import { branchesOnData } from '../transform/batch-dependent.ts';
import { foldConstants } from '../transform/fold-constants.ts';
import { gradient } from '../transform/gradient.ts';
import { optimise } from '../transform/optimise.ts';
import { fitsRowByRow, rowByRow } from '../transform/row-by-row.ts';
import { specialise, unsupportedOperators } from '../transform/specialise.ts';
import { inputShapes, inputsWithoutGradient, inputValues } from './encoding.ts';
import { createJudge, type Judge } from './judge.ts';
import type { ModelFile } from './model-file.ts';
import { type Preprocessing, rangeOf } from './preprocessing.ts';

/** What a step may ask of a model that gives scores. */
export interface ScoreBuilder {
  readonly g: GraphBuilder;
  readonly batch: number;
  /** Range of the input, for clipping. */
  readonly range: Range | undefined;
  /** A per-row state field: `input` [B, …shape], `scalar` [B] float32, `label` [B] int64. Asked for again it is the same. */
  row(name: string, kind: FieldKind): Value;
  logits(x: Value): Value;
  loss(kind: LossKind, x: Value, labels: Value): Value;
  /** Is the decision on x another one than the label? bool [B] */
  misses(x: Value, labels: Value): Value;
}

/** What a step may ask of a model that also gives gradients. */
export interface GradientBuilder extends ScoreBuilder {
  /** The gradient of a per-row loss [B] with respect to x [B, …], per row. */
  grad(loss: Value, x: Value): Value;
  /** The gradients with respect to x [B, …] of K weighted sums of its logits, in one pass; `weights` is [K, B, C], the result [K, B, …]. */
  jacobian(weights: Value, x: Value): Value;
}

export type FieldKind = 'input' | 'scalar' | 'label';

/** What one run of a step costs per row. */
export interface Cost {
  readonly queries: number;
  readonly gradients: number;
}

export interface CompiledStep {
  readonly batch: number;
  readonly cost: Cost;
  /** Fields in the order they were declared. */
  readonly fields: ReadonlyMap<string, FieldKind>;
  run(state: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>>;
}

export interface Target {
  readonly preprocessing: Preprocessing;
  readonly task: Task;
  /** Length of one input row. */
  readonly size: number;
  /** Operators through which no gradient can be taken; empty when gradients work. */
  readonly unsupported: readonly string[];
  /** Compiles (once per id and batch) a step. @throws GibbonError E_OPERATOR_UNSUPPORTED where the model lacks gradients */
  compile(id: string, batch: number, define: (b: GradientBuilder) => Readonly<Record<string, Value>>): Promise<CompiledStep>;
  /** Batch sizes that steps have been compiled for. */
  batches(): number[];
  /** Compiles (once per id) a small graph that does not touch the model: the arithmetic of attacks that only query it. */
  arithmetic(
    id: string,
    define: (g: GraphBuilder) => Readonly<Record<string, Value>>,
  ): Promise<(feeds: Feeds) => Promise<Record<string, HostTensor>>>;
  /** The untouched model, which alone decides success. */
  readonly judge: Judge;
  release(): Promise<void>;
}

export interface TargetOptions {
  readonly threads?: number;
}

/** What attacks steer by, for rows of one form, and who decides on them. */
export interface Steering {
  /** Form of the rows. */
  readonly preprocessing: Preprocessing;
  readonly judge: Judge;
  readonly unsupported: readonly string[];
  /** The model, lowered for so many rows: a graph whose first output holds the scores. */
  graph(batch: number): Promise<StaticGraph>;
  /** Rows [B, …shape] as the inputs of that graph. */
  inputs(g: GraphBuilder, x: Value): Map<string, Value>;
}

/** Prepares a model. */
export async function createTarget(
  model: ModelFile,
  preprocessing: Preprocessing,
  runtime: Runtime,
  options: TargetOptions = {},
): Promise<Target> {
  const judge = await createJudge(model, preprocessing, runtime, options);
  const unsupported = [...inputsWithoutGradient(preprocessing), ...unsupportedOperators(scoresOnly(model.graph, model.head))];
  return targetOf(
    {
      preprocessing,
      judge,
      unsupported,
      graph: loweredGraphs(model, preprocessing, runtime),
      inputs: (g, x) => inputValues(g, x, model, preprocessing),
    },
    runtime,
    options,
  );
}

/** The model's scores as a graph for each batch size, lowered once. */
export function loweredGraphs(
  { graph, head, input }: Pick<ModelFile, 'graph' | 'head' | 'input'>,
  preprocessing: Preprocessing,
  runtime: Runtime,
): (batch: number) => Promise<StaticGraph> {
  const evaluate = evaluator(runtime);
  const exposed = scoresOnly(graph, head);
  const lower = (rows: number): Promise<StaticGraph> => specialise(exposed, inputShapes({ input }, preprocessing, rows), evaluate);
  const graphs = new Map<number, Promise<StaticGraph>>();
  return (batch) => {
    const made = graphs.get(batch) ?? steeringGraph(exposed, batch, lower).then(optimise);
    graphs.set(batch, made);
    return made;
  };
}

/** A target around whatever gives graphs and decisions. */
export function targetOf(steering: Steering, runtime: Runtime, options: TargetOptions = {}): Target {
  const { preprocessing, judge, unsupported } = steering;
  const steps = new Map<string, Promise<CompiledStep>>();
  const batches = new Set<number>();
  const sessions: Session[] = [];
  const arithmetic = new Map<string, Promise<Session>>();
  const task = classifier(judge.outputs);
  const evaluate = evaluator(runtime);
  const build = async (batch: number, define: (b: GradientBuilder) => Readonly<Record<string, Value>>): Promise<CompiledStep> => {
    batches.add(batch);
    const { graph, cost, fields } = drawn(await steering.graph(batch), { batch, steering, task }, define);
    const session = await runtime.load(optimise(await foldConstants(graph, evaluate)), options);
    sessions.push(session);
    return { batch, cost, fields, run: async (state) => unprefixed(await session.run(pick(state, session.inputNames))) };
  };
  return {
    preprocessing,
    task,
    size: sizeOf(preprocessing.shape),
    unsupported,
    judge,
    batches: () => [...batches],
    arithmetic: async (id, define) => {
      const loading = arithmetic.get(id) ?? runtime.load(defined(define), options);
      arithmetic.set(id, loading);
      const session = await loading;
      if (!sessions.includes(session)) sessions.push(session);
      return async (feeds) => unprefixed(await session.run(feeds));
    },
    compile: (id, batch, define) => {
      const key = `${id} ${batch}`;
      const step = steps.get(key) ?? build(batch, define);
      steps.set(key, step);
      return step;
    },
    release: async () => {
      await Promise.all([...sessions.map((session) => session.release()), judge.release()]);
    },
  };
}

/** The model for a batch; a path that would be taken for the whole batch is taken by each row for itself, as the judge asks it. */
async function steeringGraph(model: Graph, batch: number, lower: (rows: number) => Promise<StaticGraph>): Promise<StaticGraph> {
  const isOpen = model.inputs.every(({ shape }) => typeof shape?.[0] !== 'number');
  if (batch === 1 || !isOpen || !branchesOnData(model)) return lower(batch);
  const single = await lower(1);
  return fitsRowByRow(single, batch) ? rowByRow(single, batch) : lower(batch);
}

/** The runtime refuses inputs that a graph does not use. */
function pick(state: Readonly<Record<string, HostTensor>>, names: readonly string[]): Record<string, HostTensor> {
  return Object.fromEntries(names.map((name) => [name, state[name] as HostTensor]));
}

const OUT = 'out:';

function defined(define: (g: GraphBuilder) => Readonly<Record<string, Value>>): StaticGraph {
  const g = newGraph();
  return g.finish(Object.fromEntries(Object.entries(define(g)).map(([name, value]) => [OUT + name, value])), 'arithmetic');
}

function unprefixed(made: Record<string, HostTensor>): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(made).map(([name, tensor]) => [name.slice(OUT.length), tensor]));
}

interface Setting {
  readonly batch: number;
  readonly steering: Steering;
  readonly task: Task;
}

/** Draws a step's graph and counts what it asks of the model. */
function drawn(
  graph: StaticGraph,
  { batch, steering, task }: Setting,
  define: (b: GradientBuilder) => Readonly<Record<string, Value>>,
): { graph: StaticGraph; cost: Cost; fields: Map<string, FieldKind> } {
  const g = newGraph();
  const fields = new Map<string, FieldKind>();
  const known = new Map<string, Value>();
  const { preprocessing } = steering;
  const range = rangeOf(preprocessing);
  let gradients = 0;
  const logits = (x: Value): Value => {
    const made = known.get(x.name) ?? asClasses(g, g.inline(graph, steering.inputs(g, x)).get(graph.outputs[0]?.name ?? '') as Value);
    known.set(x.name, made);
    return made;
  };
  const builder: GradientBuilder = {
    g,
    batch,
    range,
    row: (name, kind) => {
      if (fields.get(name) === kind) return g.value(name);
      fields.set(name, kind);
      return g.input(name, kind === 'label' ? 'int64' : 'float32', kind === 'input' ? [batch, ...preprocessing.shape] : [batch]);
    },
    logits,
    loss: (kind, x, labels) => task.loss(g, kind, logits(x), labels),
    misses: (x, labels) => g.not(g.equal(task.decision(g, logits(x)), labels)),
    grad: (loss, x) => {
      gradients++;
      const cotangent = g.expand(g.scalar(1, loss), loss.shape);
      const found = gradient(g, [{ value: loss, cotangent }], [x])[0];
      return found ? movedOnly(g, found, range) : g.zeros(x.shape);
    },
    jacobian: (weights, x) => {
      const count = weights.shape[0] as number;
      gradients += count;
      const found = gradient(g, [{ value: logits(x), cotangent: weights }], [x], 1)[0];
      return found ? movedOnly(g, found, range) : g.zeros([count, ...x.shape]);
    },
  };
  // A state field is an input and an output; a graph value cannot be both, so outputs get a prefix here and lose it in `run`.
  const outputs = Object.entries(define(builder)).map(([name, value]): [string, Value] => [OUT + name, value]);
  return { graph: g.finish(Object.fromEntries(outputs), 'step'), cost: { queries: known.size, gradients }, fields };
}

/** @throws GibbonError E_OPERATOR_UNSUPPORTED unless gradients can be taken */
export function assertGradients({ unsupported }: Target): void {
  if (unsupported.length === 0) return;
  throw new GibbonError('E_OPERATOR_UNSUPPORTED', `no gradient through ${unsupported.join(', ')}`, {
    hint: 'Use a black-box attack such as hop-skip-jump.',
  });
}
