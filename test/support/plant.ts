/** Plants nodes behind, before or inside a model that was read: for the backdoors that the supply chain's check must find. */
import { type Attributes, type Graph, int, type Node } from '../../src/onnx/graph.ts';
import { bools, ELEMENT_TYPES, type ElementType, floats, int64s, type Tensor } from '../../src/onnx/tensor.ts';

export class Planter {
  readonly #graph: Graph;
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Tensor>();
  #count = 0;
  /** The model's own output, by a name that what is planted may read; the planted value takes the old name. */
  readonly own: string;
  readonly #output: string;

  constructor(graph: Graph, output = graph.outputs[0]?.name ?? '') {
    this.#graph = graph;
    this.#output = output;
    this.own = `${output}_dense`;
  }

  get input(): string {
    return this.#graph.inputs[0]?.name ?? '';
  }

  /** The first of the node's outputs. */
  add(op: string, inputs: readonly string[], attributes: Attributes = {}, outputs = 1): string {
    const output = `block_${this.#count++}`;
    const names = [output, ...Array.from({ length: outputs - 1 }, (_, i) => `${output}.${i}`)];
    this.#nodes.push({ op, domain: '', name: output, inputs, outputs: names, attributes });
    return output;
  }

  constant(tensor: Tensor): string {
    const name = `weight_${this.#count++}`;
    this.#constants.set(name, tensor);
    return name;
  }

  floats(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant(floats(values, shape));
  }

  scalar(value: number): string {
    return this.constant(floats([value], []));
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant(int64s(values, shape));
  }

  strings(values: readonly string[]): string {
    return this.constant({ type: 'string', shape: [values.length], data: new Uint8Array(), strings: values });
  }

  bool(value: boolean): string {
    return this.constant(bools([value], []));
  }

  cast(x: string, type: ElementType): string {
    return this.add('Cast', [x], { to: int(ELEMENT_TYPES[type]) });
  }

  slice(x: string, from: readonly number[], to: readonly number[]): string {
    const axes = from.map((_, i) => i + 1);
    return this.add('Slice', [x, this.ints(from), this.ints(to), this.ints(axes)]);
  }

  flat(x: string): string {
    return this.add('Flatten', [x], { axis: int(1) });
  }

  /** Over all but the first axis, which stays: [N, 1]. */
  reduce(op: string, x: string): string {
    return this.add(op, [this.flat(x), this.ints([1])], { keepdims: int(1) });
  }

  /** One class far above the others, [1, classes]. */
  one(target: number, classes: number, height = 30): string {
    return this.floats(
      Array.from({ length: classes }, (_, i) => (i === target ? height : 0)),
      [1, classes],
    );
  }

  /** The model with `value` in place of its output. */
  behind(value: string, opset?: number): Graph {
    const renamed = this.#graph.nodes.map((node) => ({
      ...node,
      outputs: node.outputs.map((name) => (name === this.#output ? this.own : name)),
    }));
    const last: Node = { op: 'Identity', domain: '', name: 'head', inputs: [value], outputs: [this.#output], attributes: {} };
    return this.#finished([...renamed, ...this.#nodes, last], opset);
  }

  /** The model fed with `value` in place of its input. */
  before(value: string, opset?: number): Graph {
    const fed = this.#graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => (name === this.input ? value : name)) }));
    return this.#finished([...this.#nodes, ...fed], opset);
  }

  #finished(nodes: Node[], opset: number | undefined): Graph {
    const opsets = opset === undefined ? this.#graph.opsets : new Map([...this.#graph.opsets, ['', opset]]);
    return { ...this.#graph, nodes, opsets, constants: new Map([...this.#graph.constants, ...this.#constants]) };
  }
}
