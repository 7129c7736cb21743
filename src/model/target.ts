/** A model with its preprocessing, ready to be attacked: compiles step graphs for fixed batch sizes and runs the untouched original. */
import { GibbonError } from '../base/errors.ts';
import type { GraphBuilder } from '../onnx/build.ts';
import type { Graph, StaticGraph, Value } from '../onnx/graph.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { newGraph } from '../ops/table.ts';
import { evaluator } from '../runtime/evaluate.ts';
import type { Feeds, HostTensor, Runtime, Session } from '../runtime/runtime.ts';
import { scoresOnly } from '../task/logits.ts';
import { classifier, type LossKind, type Task } from '../task/task.ts';
import { movedOnly, type Range } from '../threat/ball.ts';
import { branchesOnData } from '../transform/batch-dependent.ts';
import type { Evaluate } from '../transform/evaluate.ts';
import { foldConstants } from '../transform/fold-constants.ts';
import { gradient } from '../transform/gradient.ts';
import { carriesGradient } from '../transform/gradient-path.ts';
import { optimise } from '../transform/optimise.ts';
import { randomNodes } from '../transform/randomness.ts';
import { fitsRowByRow, rowByRow } from '../transform/row-by-row.ts';
import { separatesRows } from '../transform/separate-rows.ts';
import { specialise, unsupportedOperators } from '../transform/specialise.ts';
import type { GradientChoice } from '../transform/stand-ins.ts';
import { drawNoise, NOISE_KEY, NOISE_RUN } from './draws.ts';
import { inputShapes, inputsWithoutGradient, inputValues } from './encoding.ts';
import { createJudge, isRandom, type Judge } from './judge.ts';
import type { ModelFile } from './model-file.ts';
import { type Preprocessing, rangeOf } from './preprocessing.ts';
import { mostMiss, overDraws, questions, repeated } from './questions.ts';

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
  /** Draws of the model's random layers that each question of a step is averaged over (EOT); 1 where it has none. */
  readonly draws: number;
  /** Batch sizes that steps have been compiled for. */
  batches(): number[];
  /** Compiles (once per id) a small graph that does not touch the model: the arithmetic of attacks that only query it. */
  arithmetic(
    id: string,
    define: (g: GraphBuilder) => Readonly<Record<string, Value>>,
  ): Promise<(feeds: Feeds) => Promise<Record<string, HostTensor>>>;
  /** The untouched model, which alone decides success. */
  readonly judge: Judge;
  /** Runs graphs of an attacker's own, which are no part of the model. */
  readonly runtime: Runtime;
  release(): Promise<void>;
}

export interface TargetOptions {
  readonly threads?: number;
  /** Draws of the model's random layers that attacks average over: 20, as AutoAttack's version for random defences has it. */
  readonly draws?: number | undefined;
  /** How gradients are taken where the model hides them: with stand-ins. */
  readonly choice?: GradientChoice | undefined;
}

export const DRAWS = 20;

/** What attacks steer by, for rows of one form, and who decides on them. */
export interface Steering {
  /** Form of the rows. */
  readonly preprocessing: Preprocessing;
  readonly judge: Judge;
  readonly unsupported: readonly string[];
  /** Does the model draw random numbers? Its graphs may then have noise inputs (`transform/noise.ts`). */
  readonly isRandom?: boolean;
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
      isRandom: await isRandom(model, runtime),
      graph: loweredGraphs(model, preprocessing, runtime, options.choice),
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
  choice: GradientChoice = {},
): (batch: number) => Promise<StaticGraph> {
  const evaluate = evaluator(runtime);
  const exposed = scoresOnly(graph, head);
  const lower = async (rows: number): Promise<StaticGraph> => {
    const shapes = inputShapes({ input }, preprocessing, rows);
    const made = await specialise(exposed, shapes, evaluate, choice);
    if (choice.exact || choice.thresholds === false || carriesGradient(made)) return made;
    return specialise(exposed, shapes, evaluate, { ...choice, thresholds: true });
  };
  const graphs = new Map<number, Promise<StaticGraph>>();
  return (batch) => {
    const made = graphs.get(batch) ?? steeringGraph(exposed, batch, { lower, evaluate }).then(optimise);
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
  const draws = steering.isRandom ? (options.draws ?? DRAWS) : 1;
  const build = async (batch: number, define: (b: GradientBuilder) => Readonly<Record<string, Value>>): Promise<CompiledStep> => {
    batches.add(batch);
    const { graph, cost, fields, noise } = drawn(await steering.graph(batch * draws), { batch, draws, steering, task }, define);
    const session = await runtime.load(optimise(await foldConstants(graph, evaluate)), options);
    sessions.push(session);
    return {
      batch,
      cost,
      fields,
      run: async (state) => unprefixed(await session.run(pick({ ...state, ...noiseFor(noise, state) }, session.inputNames))),
    };
  };
  return {
    preprocessing,
    task,
    size: sizeOf(preprocessing.shape),
    unsupported,
    judge,
    runtime,
    draws,
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

interface Lowering {
  readonly lower: (rows: number) => Promise<StaticGraph>;
  readonly evaluate: Evaluate;
}

/**
 * The model for a batch. Row by row goes what rows of a batch would share: a path that would be taken for all of them is taken by each for itself, as the
 * judge asks it, and noise that is not seen to belong to one row is drawn for each.
 */
async function steeringGraph(model: Graph, batch: number, { lower, evaluate }: Lowering): Promise<StaticGraph> {
  const isOpen = model.inputs.every(({ shape }) => typeof shape?.[0] !== 'number');
  if (batch === 1 || !isOpen) return lower(batch);
  if (branchesOnData(model)) {
    const single = await lower(1);
    return fitsRowByRow(single, batch) ? rowByRow(single, batch) : lower(batch);
  }
  if ((await randomNodes(model, evaluate)).length === 0) return lower(batch);
  const together = await lower(batch).catch((error: unknown) => {
    if (error instanceof GibbonError && error.code === 'E_MODEL_SHAPE') return undefined;
    throw error;
  });
  return together && separatesRows(together, batch) ? together : rowByRow(await lower(1), batch);
}

function noiseFor(inputs: readonly Value[], state: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
  if (inputs.length === 0) return {};
  const numbers = (name: string): ArrayLike<number> => (state[name] as HostTensor).data as Float32Array;
  return drawNoise(inputs, { keys: numbers(NOISE_KEY), runs: numbers(NOISE_RUN) });
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
  readonly draws: number;
  readonly steering: Steering;
  readonly task: Task;
}

interface Drawn {
  readonly graph: StaticGraph;
  readonly cost: Cost;
  readonly fields: Map<string, FieldKind>;
  /** Its inputs that are drawn anew for each run. */
  readonly noise: readonly Value[];
}

/** Draws a step's graph and counts what it asks of the model. */
function drawn(
  graph: StaticGraph,
  { batch, draws, steering, task }: Setting,
  define: (b: GradientBuilder) => Readonly<Record<string, Value>>,
): Drawn {
  const g = newGraph();
  const fields = new Map<string, FieldKind>();
  const { preprocessing } = steering;
  const range = rangeOf(preprocessing);
  const row: GradientBuilder['row'] = (name, kind) => {
    if (fields.get(name) === kind) return g.value(name);
    fields.set(name, kind);
    return g.input(name, kind === 'label' ? 'int64' : 'float32', kind === 'input' ? [batch, ...preprocessing.shape] : [batch]);
  };
  const asked = questions(g, graph, { draws, steering });
  // Declared by each step on such a model, whether its own graph uses them or not.
  const [, run] = asked.noise.length > 0 ? [NOISE_KEY, NOISE_RUN].map((name) => row(name, 'scalar')) : [];
  let gradients = 0;
  const builder: GradientBuilder = {
    g,
    batch,
    range,
    row,
    logits: (x) => overDraws(g, asked.logits(x), draws),
    // Expectation over transformation (Athalye et al., arXiv:1707.07397): the loss is averaged, not the logits.
    loss: (kind, x, labels) => overDraws(g, task.loss(g, kind, asked.logits(x), repeated(g, labels, draws)), draws),
    misses: (x, labels) => mostMiss(g, g.not(g.equal(task.decision(g, asked.logits(x)), repeated(g, labels, draws))), draws),
    grad: (loss, x) => {
      gradients += draws;
      const cotangent = g.expand(g.scalar(1, loss), loss.shape);
      const found = gradient(g, [{ value: loss, cotangent }], [x])[0];
      return found ? movedOnly(g, found, range) : g.zeros(x.shape);
    },
    jacobian: (weights, x) => {
      const count = weights.shape[0] as number;
      gradients += count * draws;
      const found = gradient(g, [{ value: builder.logits(x), cotangent: weights }], [x], 1)[0];
      return found ? movedOnly(g, found, range) : g.zeros([count, ...x.shape]);
    },
  };
  // A state field is an input and an output; a graph value cannot be both, so outputs get a prefix here and lose it in `run`.
  const made = { ...define(builder), ...(run && { [NOISE_RUN]: g.add(run, g.scalar(1)) }) };
  const outputs = Object.entries(made).map(([name, value]): [string, Value] => [OUT + name, value]);
  return {
    graph: g.finish(Object.fromEntries(outputs), 'step'),
    cost: { queries: asked.count() * draws, gradients },
    fields,
    noise: asked.noise,
  };
}

/** @throws GibbonError E_OPERATOR_UNSUPPORTED unless gradients can be taken */
export function assertGradients({ unsupported }: Target): void {
  if (unsupported.length === 0) return;
  throw new GibbonError('E_OPERATOR_UNSUPPORTED', `no gradient through ${unsupported.join(', ')}`, {
    hint: 'Use a black-box attack such as hop-skip-jump.',
  });
}
