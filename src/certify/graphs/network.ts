/** A network prepared for bounds: graphs for every layer, made when they are first asked for. */
import type { StaticGraph, Value } from '../../onnx/graph.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import { evaluator } from '../../runtime/evaluate.ts';
import type { Runtime, Session } from '../../runtime/runtime.ts';
import { type BoundForm, boundForm } from '../../transform/bounds/bound-form.ts';
import type { Arithmetic } from '../../transform/bounds/forward.ts';
import type { View } from '../../transform/bounds/view.ts';
import type { Windows } from '../../transform/bounds/windows.ts';
import { ascentGraph } from './ascent-graph.ts';
import { balledOf, ballGraph } from './ball-graph.ts';
import { boundGraph, forwardGraph, nameOf, type Rows, tailOf, type Wanted } from './bound-graphs.ts';
import { type Cut, cutsOf } from './cuts.ts';
import { type Norms, operatorNorms } from './operator-norms.ts';
import { type RowSessions, rowSessions } from './row-sessions.ts';
import { rowsComeFirst } from './rows-first.ts';
import { narrowView, upTo } from './views.ts';
import { pushGraph, watchGraph } from './watch-graph.ts';

/** How many rows are bounded at once, over how many sets of which kind, and whether with the balls of `balls`. */
export type Size = Pick<Rows, 'rows' | 'batch' | 'norm'> & { readonly withBalls?: boolean };

export interface BoundNetwork {
  readonly runtime: Runtime;
  readonly arithmetic: Arithmetic;
  /** Can several sets be bounded at once (`rows-first.ts`)? */
  readonly isBatched: boolean;
  readonly inputs: readonly Value[];
  readonly cuts: readonly Cut[];
  readonly output: string;
  /** Elements of one row of the output. */
  readonly outputs: number;
  /** Largest number of elements of a value, or of what is seen of it, which backward bounds hold once for each of their rows. */
  widest(wanted: Wanted): number;
  /** What the rows of `wanted` see of a rectified cut, where that is only a window. */
  windows(wanted: Wanted, cut: Cut): Windows | undefined;
  forward(batch: number): Promise<Session>;
  /** The network itself at so many points, beside what is proved of it (`watchGraph`). */
  watch(batch: number, rows: number): Promise<Session>;
  /** Where points have to go for a value to leave its bounds (`pushGraph`). */
  push(batch: number): Promise<Session>;
  /** Lower bounds of elements of a cut, or of linear functions of the output (`boundGraph`). */
  bound(wanted: Wanted, size: Size): Promise<Session>;
  /** A step that raises such bounds (`ascentGraph`). */
  ascent(wanted: Wanted, size: Size & { readonly splits: boolean; readonly climbs: boolean }): Promise<Session>;
  /** Cuts that lie in a ball while the inputs do, and what says in which (`ballGraph`). */
  readonly balled: ReadonlySet<string>;
  balls(batch: number): Promise<Session>;
  /** The same from interval bounds of what the affine end of the network starts from. */
  tailRows(rows: number, batch: number): Promise<Session>;
  /** What that end starts from. */
  readonly heads: readonly Head[];
  /** The part of the network that ends with a cut, its values by the same names. */
  upTo(cut: Cut): Promise<BoundNetwork>;
  release(): Promise<void>;
}

export interface Head {
  readonly name: string;
  shape(batch: number): readonly number[];
}

/** @param core the network for so many rows, its first output being what specifications speak of */
export async function boundNetwork(
  core: (batch: number) => Promise<StaticGraph>,
  runtime: Runtime,
  arithmetic: Arithmetic = 'float32',
): Promise<BoundNetwork> {
  return formed(
    once(async (batch: number): Promise<BoundForm> => boundForm(await core(batch))),
    runtime,
    arithmetic,
  );
}

async function formed(graph: (batch: number) => Promise<BoundForm>, runtime: Runtime, arithmetic: Arithmetic): Promise<BoundNetwork> {
  const one = await graph(1);
  const isBatched = await hasRows(graph);
  const cuts = cutsOf(one);
  const whole = Math.max(...[...one.types].filter(([name]) => !one.constants.has(name)).map(([, { shape }]) => sizeOf(shape)));
  const viewOn = (wanted: Wanted): View | undefined => (wanted === 'output' ? undefined : narrowView(one, wanted.name));
  const sessions = rowSessions(runtime, graph);
  const balled = balledOf(one, cuts);
  const parts = once((place: number) => formed(async (batch) => endingWith(await graph(batch), cuts[place] as Cut), runtime, arithmetic));
  const norms = once((): Promise<Norms> => operatorNorms(one, balled, evaluator(runtime)));
  const rowsOf = ({ withBalls, ...size }: Size, rows: number): Rows => ({
    ...{ cuts, arithmetic, ...size, rows },
    balled: withBalls ? balled : undefined,
  });
  return {
    runtime,
    arithmetic,
    isBatched,
    inputs: one.inputs,
    cuts,
    output: (one.outputs[0] as Value).name,
    outputs: sizeOf((one.outputs[0] as Value).shape),
    widest: (wanted) => viewOn(wanted)?.widest ?? whole,
    windows: (wanted, cut) => windowsOn(one, viewOn(wanted), cut),
    ...atPoints(sessions, graph, { cuts, arithmetic }),
    bound: (wanted, size) => sessions.of(keyOf('bound', wanted, size), size, (net, rows) => boundGraph(net, wanted, rowsOf(size, rows))),
    ascent: (wanted, size) =>
      sessions.of(keyOf(`ascent ${size.splits} ${size.climbs}`, wanted, size), size, (net, rows) =>
        ascentGraph(net, wanted, { ...rowsOf(size, rows), splits: size.splits, climbs: size.climbs }),
      ),
    balled,
    balls: (batch) =>
      sessions.one(`balls ${batch}`, async () => ballGraph(await graph(batch), { balled, norms: await norms(1), batch, arithmetic })),
    tailRows: (rows, batch) =>
      sessions.of(`tail ${batch}`, { rows, batch }, (net, count) =>
        boundGraph(tailOf(net), 'output', { cuts: [], rows: count, batch, norm: 'box', arithmetic }),
      ),
    heads: headsOf(one),
    upTo: (cut) => parts(cuts.indexOf(cut)),
    release: async () => {
      await Promise.all([sessions.release(), ...(await parts.all()).map((part) => part.release())]);
    },
  };
}

/** What passes forward: bounds of one set in each row, or the values themselves. */
function atPoints(
  { one }: RowSessions,
  graph: (batch: number) => Promise<BoundForm>,
  { cuts, arithmetic }: Pick<Rows, 'cuts' | 'arithmetic'>,
): Pick<BoundNetwork, 'forward' | 'watch' | 'push'> {
  return {
    forward: (batch) => one(`forward ${batch}`, async () => forwardGraph(await graph(batch), { cuts, batch, arithmetic })),
    watch: (batch, rows) => one(`watch ${batch} ${rows}`, async () => watchGraph(await graph(batch), { cuts, batch, rows })),
    push: (batch) => one(`push ${batch}`, async () => pushGraph(await graph(batch), { cuts, batch })),
  };
}

function hasRows(graph: (batch: number) => Promise<BoundForm>): Promise<boolean> {
  return Promise.all([graph(1), graph(2)]).then(
    ([one, two]) => rowsComeFirst(one, two),
    () => false,
  );
}

/** A cut on another way through the network is no part of the view. */
function windowsOn(net: BoundForm, view: View | undefined, cut: Cut): Windows | undefined {
  const rectified = net.nodes.find(({ op, inputs }) => op === 'Relu' && inputs[0] === cut.name)?.outputs[0];
  return rectified !== undefined && view?.places.has(rectified) ? view.windows(rectified) : undefined;
}

function endingWith(net: BoundForm, { name }: Cut): BoundForm {
  const { nodes, constants } = upTo(net, name);
  return { ...net, nodes, constants, outputs: [{ ...(net.types.get(name) as Value), name }] };
}

function headsOf(net: BoundForm): Head[] {
  return tailOf(net).inputs.map(({ name, shape: [first, ...rest] }) => ({
    name,
    shape: (batch) => [(first as number) * batch, ...rest],
  }));
}

function keyOf(kind: string, wanted: Wanted, { batch, norm, withBalls }: Size): string {
  return `${kind} ${nameOf(wanted)} ${wanted === 'output' ? 'rows' : 'elements'} ${batch} ${norm} ${withBalls === true}`;
}

/** The function's value for each argument, made when it is first asked for. */
function once<T>(make: (key: number) => Promise<T>): ((key: number) => Promise<T>) & { all(): Promise<T[]> } {
  const made = new Map<number, Promise<T>>();
  const of = (key: number): Promise<T> => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
  return Object.assign(of, { all: () => Promise.all(made.values()) });
}
