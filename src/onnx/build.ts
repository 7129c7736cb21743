/** Builds static graphs node by node: types are inferred as nodes are added, equal nodes are made once, dead ones are left out. */
import { GibbonError } from '../base/errors.ts';
import { type Attributes, float, int, ints, type Node, type StaticGraph, type Value, type ValueType } from './graph.ts';
import { bools, ELEMENT_TYPES, type ElementType, floats, int64s, isFloat, sizeOf, type Tensor } from './tensor.ts';

/** The opset of every graph that Gibbon writes. */
export const CORE_OPSET = 18;

/** Gives the output types of a core node from its inputs' types; `constant(i)` is the tensor behind input i where it is known. */
export type InferNode = (
  node: Node,
  inputs: readonly (ValueType | undefined)[],
  constant: (index: number) => Tensor | undefined,
) => readonly ValueType[];

/** Elements of the largest value that a graph may speak of; no machine holds one, so a model that declares more is damaged or means harm. */
const MOST_ELEMENTS = 2 ** 34;
/** And of one of its dimensions. */
const LONGEST = 2 ** 30;

function assertPossible(name: string, shape: readonly number[], node?: Node): void {
  if (shape.every((dim) => Number.isInteger(dim) && dim >= 0 && dim <= LONGEST) && sizeOf(shape) <= MOST_ELEMENTS) return;
  const made = node ? `${node.op} makes a value` : `${name} is a value`;
  throw new GibbonError('E_MODEL_SHAPE', `${made} of the shape [${shape.join(', ')}], which nothing can hold`, {
    hint: 'The model declares impossible sizes, or the input has another shape than the model expects.',
  });
}

/** A graph under construction. Values belong to the builder that made them. */
export class GraphBuilder {
  readonly #infer: InferNode;
  readonly #nodes: Node[] = [];
  readonly #inputs: Value[] = [];
  readonly #constants = new Map<string, Tensor>();
  readonly #types = new Map<string, ValueType>();
  readonly #made = new Map<string, Value[]>();
  readonly #byTensor = new Map<Tensor, Value>();
  readonly #producers = new Map<string, Node>();
  readonly #fixed = new Set<string>();
  #count = 0;

  constructor(infer: InferNode) {
    this.#infer = infer;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  get inputs(): readonly Value[] {
    return this.#inputs;
  }

  /** What the nodes that are added now stand for in the user's file; undefined for what is Gibbon's own. */
  origin: string | undefined;

  /** Declares an input. @throws GibbonError E_INTERNAL when the name is taken. */
  input(name: string, type: ElementType, shape: readonly number[]): Value {
    if (this.#types.has(name)) throw new GibbonError('E_INTERNAL', `graph input ${name} is declared twice`);
    const value = this.#value(name, { type, shape });
    this.#inputs.push(value);
    return value;
  }

  /** A constant; the same tensor object, or an equal small one without a name of its own, gives the same value. */
  constant(tensor: Tensor, named?: string): Value {
    const known = this.#byTensor.get(tensor);
    if (known) return known;
    const small = named === undefined && tensor.data.byteLength <= 64 && tensor.type !== 'string';
    const key = small ? `constant ${tensor.type} ${tensor.shape} ${tensor.data.join()}` : undefined;
    const same = key === undefined ? undefined : this.#made.get(key)?.[0];
    if (same) return same;
    const name = named !== undefined && !this.#types.has(named) ? named : this.#fresh();
    this.#constants.set(name, tensor);
    const value = this.#value(name, tensor);
    this.#fixed.add(name);
    this.#byTensor.set(tensor, value);
    if (key !== undefined) this.#made.set(key, [value]);
    return value;
  }

  /** A name for a constant that nothing has yet: names of inlined graphs look like those made here. */
  #fresh(): string {
    for (;;) {
      const name = `k:${this.#count++}`;
      if (!this.#types.has(name)) return name;
    }
  }

  /** The tensor behind a value, where it is a constant of this graph. */
  tensor(value: Value): Tensor | undefined {
    return this.#constants.get(value.name);
  }

  /** Does the value follow from constants alone? (Its tensor may still have to be computed.) */
  isFixed(value: Value): boolean {
    return this.#fixed.has(value.name);
  }

  /** The node that made a value; undefined for inputs and constants. */
  producer(value: Value): Node | undefined {
    return this.#producers.get(value.name);
  }

  /** The value of that name. */
  value(name: string): Value {
    const type = this.#types.get(name);
    if (!type) throw new GibbonError('E_INTERNAL', `no value named ${name} in this graph`);
    return { name, ...type };
  }

  /** Adds a core node and returns its first output. */
  node(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return this.nodes1(op, inputs, attributes, 1)[0] as Value;
  }

  /** Adds a core node with several outputs. */
  nodes1(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes, outputs: number): readonly Value[] {
    const names = inputs.map((value) => value?.name ?? '');
    const key = `${op}(${names})${outputs}${JSON.stringify(attributes, (_, v) => (v instanceof Uint8Array ? Array.from(v) : v))}`;
    const made = this.#made.get(key);
    if (made) return made;
    const named = (id: number): string[] => Array.from({ length: outputs }, (_, i) => (outputs === 1 ? `v:${id}` : `v:${id}.${i}`));
    // Graphs that are inlined, and constants folded in them, bring names like those made here.
    while (named(this.#count).some((name) => this.#types.has(name))) this.#count++;
    const id = this.#count++;
    const origin = this.origin === undefined ? {} : { origin: this.origin };
    const node: Node = { op, domain: '', name: `${op}_${id}`, inputs: names, outputs: named(id), attributes, ...origin };
    const types = this.#infer(node, inputs, (i) => {
      const value = inputs[i];
      return value ? this.tensor(value) : undefined;
    });
    const values = node.outputs.map((name, i) => this.#value(name, types[i] as ValueType, node));
    this.#nodes.push(node);
    const fixed = names.length > 0 && names.every((name) => name === '' || this.#fixed.has(name));
    for (const name of node.outputs) {
      this.#producers.set(name, node);
      if (fixed) this.#fixed.add(name);
    }
    this.#made.set(key, values);
    return values;
  }

  #value(name: string, { type, shape }: ValueType, node?: Node): Value {
    assertPossible(name, shape, node);
    this.#types.set(name, { type, shape });
    return { name, type, shape };
  }

  /** Copies a static core graph into this one with its inputs (and any constants given by name) replaced; returns every value of it by its old name. */
  inline(graph: StaticGraph, inputs: ReadonlyMap<string, Value>): Map<string, Value> {
    const values = new Map(inputs);
    const around = this.origin;
    for (const input of graph.inputs) {
      if (!values.has(input.name)) throw new GibbonError('E_INTERNAL', `input ${input.name} is not bound`);
    }
    for (const [name, tensor] of graph.constants) if (!values.has(name)) values.set(name, this.constant(tensor, name));
    for (const node of graph.nodes) {
      const from = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
      this.origin = node.origin ?? around;
      const made = this.nodes1(node.op, from, node.attributes, node.outputs.length);
      for (const [i, name] of node.outputs.entries()) values.set(name, made[i] as Value);
    }
    this.origin = around;
    return values;
  }

  /** The finished graph: only the nodes and constants that the outputs need; every declared input is kept. */
  finish(outputs: Readonly<Record<string, Value>>, name = 'gibbon'): StaticGraph {
    const named = Object.entries(outputs).map(([to, value]) => ({ to, value: this.node('Identity', [value]) }));
    const wanted = new Set(named.map(({ value }) => value.name));
    const nodes: Node[] = [];
    for (let i = this.#nodes.length - 1; i >= 0; i--) {
      const node = this.#nodes[i] as Node;
      if (!node.outputs.some((output) => wanted.has(output))) continue;
      nodes.push(node);
      for (const input of node.inputs) if (input !== '') wanted.add(input);
    }
    const moved = this.#movedAside(Object.keys(outputs));
    const rename = (old: string): string => moved.get(old) ?? old;
    const renamed = nodes.reverse().map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
    return {
      name,
      opsets: new Map([['', CORE_OPSET]]),
      inputs: [...this.#inputs],
      ...this.#named(
        moved.size === 0 ? nodes : renamed,
        named.map(({ to, value }) => ({ to, value: { ...value, name: rename(value.name) } })),
        moved,
      ),
      constants: new Map([...this.#constants].filter(([constant]) => wanted.has(constant)).map(([old, tensor]) => [rename(old), tensor])),
    };
  }

  /** New names for constants and values that are called as an output is (a model may call a weight "loss"). */
  #movedAside(outputs: readonly string[]): Map<string, string> {
    const inputs = new Set(this.#inputs.map(({ name }) => name));
    return new Map(outputs.filter((name) => this.#types.has(name) && !inputs.has(name)).map((name) => [name, this.#fresh()]));
  }

  /** Gives the outputs their names; an output that two names share gets a node of its own for each. */
  #named(
    nodes: Node[],
    named: readonly { to: string; value: Value }[],
    moved: ReadonlyMap<string, string>,
  ): Pick<StaticGraph, 'nodes' | 'outputs' | 'types'> {
    const types = new Map([...this.#types].map(([name, type]) => [moved.get(name) ?? name, type]));
    const outputs: Value[] = [];
    for (const { to, value } of named) {
      if (types.has(to)) throw new GibbonError('E_INTERNAL', `output name ${to} is already a value of the graph`);
      nodes.push({ op: 'Identity', domain: '', name: `out_${to}`, inputs: [value.name], outputs: [to], attributes: {} });
      types.set(to, { type: value.type, shape: value.shape });
      outputs.push({ name: to, type: value.type, shape: value.shape });
    }
    return { nodes, outputs, types };
  }

  // ---- what rules are written with ----

  /** A scalar constant of the given type (half precision: single). */
  scalar(value: number, like: { readonly type: ElementType } = { type: 'float32' }): Value {
    if (isFloat(like.type)) return this.constant(floats([value], [], like.type));
    return this.cast(this.constant(int64s([value], [])), like.type);
  }
  ints(values: readonly number[]): Value {
    return this.constant(int64s(values));
  }
  bool(value: boolean): Value {
    return this.constant(bools([value], []));
  }
  add(a: Value, b: Value): Value {
    return this.node('Add', [a, b]);
  }
  sub(a: Value, b: Value): Value {
    return this.node('Sub', [a, b]);
  }
  mul(a: Value, b: Value): Value {
    return this.node('Mul', [a, b]);
  }
  div(a: Value, b: Value): Value {
    return this.node('Div', [a, b]);
  }
  max(a: Value, b: Value): Value {
    return this.node('Max', [a, b]);
  }
  min(a: Value, b: Value): Value {
    return this.node('Min', [a, b]);
  }
  neg(x: Value): Value {
    return this.node('Neg', [x]);
  }
  abs(x: Value): Value {
    return this.node('Abs', [x]);
  }
  exp(x: Value): Value {
    return this.node('Exp', [x]);
  }
  sqrt(x: Value): Value {
    return this.node('Sqrt', [x]);
  }
  sign(x: Value): Value {
    return this.node('Sign', [x]);
  }
  where(condition: Value, yes: Value, no: Value): Value {
    return this.node('Where', [condition, yes, no]);
  }
  greater(a: Value, b: Value): Value {
    return this.node('Greater', [a, b]);
  }
  less(a: Value, b: Value): Value {
    return this.node('Less', [a, b]);
  }
  equal(a: Value, b: Value): Value {
    return this.node('Equal', [a, b]);
  }
  not(x: Value): Value {
    return this.node('Not', [x]);
  }
  and(a: Value, b: Value): Value {
    return this.node('And', [a, b]);
  }
  matmul(a: Value, b: Value): Value {
    return this.node('MatMul', [a, b]);
  }
  cast(x: Value, type: ElementType): Value {
    return x.type === type ? x : this.node('Cast', [x], { to: int(ELEMENT_TYPES[type]) });
  }
  reshape(x: Value, shape: readonly number[]): Value {
    if (shape.length === x.shape.length && shape.every((dim, i) => dim === x.shape[i])) return x;
    return this.node('Reshape', [x, this.ints(shape)], shape.includes(0) ? { allowzero: int(1) } : {});
  }
  transpose(x: Value, perm: readonly number[]): Value {
    return perm.every((axis, i) => axis === i) ? x : this.node('Transpose', [x], { perm: ints(perm) });
  }
  /** Swaps the last two axes. */
  transposed(x: Value): Value {
    const r = x.shape.length;
    if (r < 2) throw new GibbonError('E_MODEL_SHAPE', `a value of the shape [${x.shape}] where a matrix belongs`);
    return this.transpose(x, [...Array(r - 2).keys(), r - 1, r - 2]);
  }
  expand(x: Value, shape: readonly number[]): Value {
    return shape.length === x.shape.length && shape.every((dim, i) => dim === x.shape[i]) ? x : this.node('Expand', [x, this.ints(shape)]);
  }
  concat(values: readonly Value[], axis: number): Value {
    return values.length === 1 ? (values[0] as Value) : this.node('Concat', values, { axis: int(axis) });
  }
  sum(x: Value, axes: readonly number[], keep = false): Value {
    return axes.length === 0 ? x : this.node('ReduceSum', [x, this.ints(axes)], { keepdims: int(keep ? 1 : 0) });
  }
  reduceMax(x: Value, axes: readonly number[], keep = false): Value {
    return axes.length === 0 ? x : this.node('ReduceMax', [x, this.ints(axes)], { keepdims: int(keep ? 1 : 0) });
  }
  slice(x: Value, axis: number, start: number, end: number, step = 1): Value {
    return this.node('Slice', [x, this.ints([start]), this.ints([end]), this.ints([axis]), this.ints([step])]);
  }
  /** Consecutive pieces of these sizes. */
  split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
    const count = sizes.length;
    if (count === 1) return [x];
    if (sizes[0] !== 0 && sizes.every((size) => size === sizes[0]))
      return this.nodes1('Split', [x], { axis: int(axis), num_outputs: int(count) }, count);
    return this.nodes1('Split', [x, this.ints(sizes)], { axis: int(axis) }, count);
  }
  /** Pads with `value` (0 unless given); `pads` is [begin…, end…] over all axes. */
  pad(x: Value, pads: readonly number[], value?: Value): Value {
    if (pads.every((p) => p === 0)) return x;
    return this.node('Pad', value ? [x, this.ints(pads), value] : [x, this.ints(pads)]);
  }
  clip(x: Value, low: number, high: number): Value {
    return this.node('Clip', [x, this.scalar(low, x), this.scalar(high, x)]);
  }
  /** 1 where x > 0, else 0, in x's type; HardSigmoid is a third of the price of Sign (research: engine costs). */
  positive(x: Value): Value {
    if (x.type !== 'float32') return this.cast(this.greater(x, this.scalar(0, x)), x.type);
    return this.node('HardSigmoid', [x], { alpha: float(1e30), beta: float(0) });
  }
  /**
   * 1 where x < bound, else 0. The slope is a power of two, so that at x = bound the two terms cancel exactly.
   */
  below(x: Value, bound: number): Value {
    if (x.type !== 'float32') return this.cast(this.less(x, this.scalar(bound, x)), x.type);
    return this.node('HardSigmoid', [x], { alpha: float(-(2 ** 100)), beta: float(Math.fround(bound) * 2 ** 100) });
  }
  zeros(shape: readonly number[], type: ElementType = 'float32'): Value {
    return this.expand(this.scalar(0, { type }), shape);
  }
  /** Runs `f` on x with `lead` extra leading axes folded into the first one behind them. */
  folded(x: Value, lead: number, f: (x: Value) => Value): Value {
    if (lead === 0) return f(x);
    const front = x.shape.slice(0, lead);
    const rows = sizeOf(x.shape.slice(0, lead + 1));
    const y = f(this.reshape(x, [rows, ...x.shape.slice(lead + 1)]));
    return this.reshape(y, [...front, (y.shape[0] as number) / sizeOf(front), ...y.shape.slice(1)]);
  }
}
