/**
 * What stands between a model's inputs and its trees, column by column: steps that keep the order of a column's values, or anything at all where only
 * columns are involved that stay as they are.
 */
import { GibbonError } from '../../base/errors.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { intOf } from '../../onnx/graph.ts';
import { type ElementType, type Tensor, view } from '../../onnx/tensor.ts';

/** A step in the runtime's own arithmetic that never turns the order of two values round, or always does. */
export type Step = (value: number) => number;

/** A number that the trees see. */
export type Column =
  /** Made from one element of a model's input, step by step. */
  | { readonly kind: 'follows'; readonly port: string; readonly at: number; readonly steps: readonly Step[] }
  /** Made in some other way from these elements, by the operator that is named. */
  | { readonly kind: 'made'; readonly of: readonly Place[]; readonly by: string };

export interface Place {
  readonly port: string;
  readonly at: number;
}

/** Columns of a value [N, …]; of a value [N, m, k] they stand m after m. */
interface Columns {
  readonly type: ElementType;
  readonly middle: number;
  readonly columns: readonly Column[];
}

export function notBefore(reason: string): GibbonError {
  return new GibbonError('E_NOT_APPLICABLE', `no certificate of the trees: ${reason}`, {
    hint: 'Certificates of trees are for one tree ensemble behind steps that treat every column by itself (Cast, Scaler, Concat …); texts may be encoded in any way.',
  });
}

/** @param widths how many columns each input takes, where the file does not say so */
export function columnsBefore(model: Graph, name: string, widths: ReadonlyMap<string, number>): readonly Column[] {
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const known = new Map<string, Columns>();
  const columnsOf = (value: string): Columns => {
    const found = known.get(value) ?? made(value);
    known.set(value, found);
    return found;
  };
  const made = (value: string): Columns => {
    const node = makers.get(value);
    if (node) return through(node, columnsOf, model);
    const port = model.inputs.find((input) => input.name === value);
    if (!port) throw notBefore(`${value} is no input of the model`);
    const last = port.shape?.length === 1 ? 1 : port.shape?.[1];
    const width = typeof last === 'number' ? last : widths.get(value);
    if (width === undefined || (port.shape?.length ?? 2) > 2) throw notBefore(`the input ${value} does not say how many columns it has`);
    const columns = Array.from({ length: width }, (_, at): Column => ({ kind: 'follows', port: value, at, steps: [] }));
    return { type: port.type, middle: 1, columns };
  };
  const { type, columns } = columnsOf(name);
  if (type === 'float32') return columns;
  if (type !== 'int64' && type !== 'int32') throw notBefore(`its input is of type ${type}`);
  // The runtime compares whole numbers as float32.
  return columns.map((column) => andThen(column, Math.fround));
}

type Known = (value: string) => Columns;

function through(node: Node, known: Known, model: Graph): Columns {
  const own = (): Columns => known(node.inputs[0] ?? '');
  const rule = node.domain === '' || node.domain === 'ai.onnx.ml' ? RULES[node.op] : undefined;
  if (!rule) throw notBefore(`${node.op} stands between the input and the trees`);
  return rule({ node, own, known, constant: (name) => constantOf(model, name ?? '') });
}

function constantOf({ constants, nodes }: Graph, name: string): Tensor | undefined {
  const value = nodes.find(({ op, outputs }) => op === 'Constant' && outputs[0] === name)?.attributes.value;
  return constants.get(name) ?? (value?.kind === 'tensor' ? value.value : undefined);
}

interface Setting {
  readonly node: Node;
  /** Columns of the first input. */
  readonly own: () => Columns;
  readonly known: Known;
  readonly constant: (name: string | undefined) => Tensor | undefined;
}

type Rule = (setting: Setting) => Columns;

function andThen(column: Column, step: Step): Column {
  return column.kind === 'made' ? column : { ...column, steps: [...column.steps, step] };
}

const placesOf = (column: Column): readonly Place[] => (column.kind === 'made' ? column.of : [column]);

const madeBy = (node: Node, columns: readonly Column[]): Column => ({
  kind: 'made',
  of: columns.flatMap(placesOf).map(({ port, at }) => ({ port, at })),
  by: node.op,
});

/** Each column by itself, in a way that is not followed. */
const eachSomehow: Rule = ({ node, own }) => {
  const { columns, middle } = own();
  return { type: 'float32', middle, columns: columns.map((column) => madeBy(node, [column])) };
};

const numbersOf = (tensor: Tensor): number[] => Array.from(view(tensor) as ArrayLike<number | bigint>, Number);

function floatsOf(node: Node, name: string): readonly number[] {
  const attribute = node.attributes[name];
  return attribute?.kind === 'floats' ? attribute.value.map(Math.fround) : [];
}

/** One number for all columns, or one for each. */
function perColumn(values: readonly number[], { columns }: Columns, what: string): (i: number) => number {
  if (values.length !== 1 && values.length !== columns.length) throw notBefore(`${what} does not fit its columns`);
  return (i) => values[values.length === 1 ? 0 : i] as number;
}

const scaler: Rule = ({ node, own }) => {
  const from = own();
  if (!['float32', 'int64', 'int32'].includes(from.type)) throw notBefore(`Scaler takes ${from.type}`);
  const [offset, scale] = [perColumn(floatsOf(node, 'offset'), from, 'Scaler'), perColumn(floatsOf(node, 'scale'), from, 'Scaler')];
  const columns = from.columns.map((column, i) => {
    assertFactor(scale(i), 'Scaler');
    return andThen(column, (x) => Math.fround(Math.fround(Math.fround(x) - offset(i)) * scale(i)));
  });
  return { ...from, type: 'float32', columns };
};

function assertFactor(value: number, op: string): void {
  if (!Number.isFinite(value) || value === 0) throw notBefore(`${op} takes a column times ${value}`);
}

type Arithmetic = (x: number, constant: number) => number;

/** A float32 operation of two float32 numbers, computed in double precision and rounded, is the float32 operation (Figueroa 1995). */
const arithmetic =
  (compute: Arithmetic, isFactor: boolean): Rule =>
  ({ node, own, known, constant }) => {
    const [left, right] = [constant(node.inputs[0]), constant(node.inputs[1])];
    const tensor = right ?? (node.op === 'Add' || node.op === 'Mul' ? left : undefined);
    if (tensor?.type !== 'float32' || tensor.shape.length > 2 || (tensor.shape.length === 2 && tensor.shape[0] !== 1))
      throw notBefore(`${node.op} of columns that are no constants stands between the input and the trees`);
    const from = right ? own() : known(node.inputs[1] ?? '');
    if (from.type !== 'float32') throw notBefore(`${node.op} takes ${from.type}`);
    const of = perColumn(numbersOf(tensor), from, node.op);
    const columns = from.columns.map((column, i) => {
      const value = of(i);
      if (isFactor) assertFactor(value, node.op);
      return andThen(column, (x) => Math.fround(compute(x, value)));
    });
    return { ...from, columns };
  };

const clip: Rule = ({ node, own, constant }) => {
  const from = own();
  const ends = (['min', 'max'] as const).map((name, i) => {
    const attribute = node.attributes[name];
    const given = node.inputs[i + 1] ?? '';
    const tensor = constant(given);
    if (given !== '' && !tensor) throw notBefore('Clip has ends that are no constants');
    return tensor ? numbersOf(tensor)[0] : attribute?.kind === 'float' ? attribute.value : undefined;
  });
  const [low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY] = ends;
  return { ...from, columns: from.columns.map((column) => andThen(column, (x) => Math.min(Math.max(x, low), high))) };
};

const CASTS: Readonly<Record<number, { readonly type: ElementType; readonly step: Step }>> = {
  1: { type: 'float32', step: Math.fround },
  11: { type: 'float64', step: (x) => x },
};

const cast: Rule = (setting) => {
  const { node, own } = setting;
  const from = own();
  const to = CASTS[intOf(node, 'to', 0)];
  if (!to || from.type === 'string') return eachSomehow(setting);
  return { ...from, type: to.type, columns: from.columns.map((column) => andThen(column, to.step)) };
};

const concat: Rule = ({ node, known }) => {
  const parts = node.inputs.map(known);
  const first = parts.find(({ columns }) => columns.some(({ kind }) => kind === 'follows')) ?? parts[0];
  if (!first) throw notBefore(`${node.op} joins nothing`);
  if (parts.some(({ type, columns }) => type !== first.type && columns.some(({ kind }) => kind === 'follows')))
    throw notBefore(`${node.op} joins values of several types`);
  const axis = intOf(node, 'axis', 1);
  if (node.op === 'Concat' && axis !== 1 && axis !== -1 && axis !== 2) throw notBefore('Concat joins rows');
  if (parts.some(({ middle }) => middle !== 1)) throw notBefore(`${node.op} stands behind encoders of several columns`);
  return { ...first, type: node.op === 'FeatureVectorizer' ? 'float32' : first.type, columns: parts.flatMap(({ columns }) => columns) };
};

/** To [N, columns]. */
const flattened: Rule = ({ node, own, constant }) => {
  const from = own();
  if (node.op === 'Reshape') {
    const shape = constant(node.inputs[1]);
    const dims = shape ? numbersOf(shape) : [];
    if (dims.length !== 2 || (dims[0] !== -1 && dims[0] !== 0) || (dims[1] !== from.columns.length && dims[1] !== -1))
      throw notBefore(`Reshape to [${dims.join(', ')}] stands between the input and the trees`);
  } else if (intOf(node, 'axis', 1) !== 1) throw notBefore('Flatten joins rows');
  return { ...from, middle: 1 };
};

const oneHotEncoder: Rule = ({ node, own }) => {
  const { columns } = own();
  const lists = [node.attributes.cats_strings, node.attributes.cats_int64s].find((one) => Array.isArray(one?.value));
  const categories = Array.isArray(lists?.value) ? lists.value.length : 0;
  if (categories === 0) throw notBefore('OneHotEncoder knows no categories');
  const encoded = columns.flatMap((column) => Array.from({ length: categories }, () => madeBy(node, [column])));
  return { type: 'float32', middle: columns.length, columns: encoded };
};

/** What it puts in place of missing values is nothing to numbers. */
const imputer: Rule = (setting) => {
  const marked = setting.node.attributes.replaced_value_float;
  if (marked?.kind === 'float' && Number.isNaN(marked.value)) return setting.own();
  return eachSomehow(setting);
};

const chosen: Rule = ({ node, own, constant }) => {
  const from = own();
  const at = constant(node.inputs[1]);
  const isColumns = node.op === 'ArrayFeatureExtractor' || (intOf(node, 'axis', 0) === 1 && at?.shape.length === 1);
  if (!at || !isColumns || from.middle !== 1) throw notBefore(`${node.op} of anything but columns stands between the input and the trees`);
  const columns = numbersOf(at).map((i) => from.columns[i < 0 ? i + from.columns.length : i]);
  if (!columns.every((column) => column !== undefined)) throw notBefore(`${node.op} takes a column that is not there`);
  return { ...from, columns };
};

const binarizer: Rule = ({ node, own }) => {
  const from = own();
  const threshold = node.attributes.threshold?.kind === 'float' ? node.attributes.threshold.value : 0;
  return { ...from, columns: from.columns.map((column) => andThen(column, (x) => (x > threshold ? 1 : 0))) };
};

const RULES: Readonly<Record<string, Rule>> = {
  Add: arithmetic((x, c) => x + c, false),
  ArrayFeatureExtractor: chosen,
  Binarizer: binarizer,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Div: arithmetic((x, c) => x / c, true),
  FeatureVectorizer: concat,
  Flatten: flattened,
  Gather: chosen,
  Identity: ({ own }) => own(),
  Imputer: imputer,
  LabelEncoder: eachSomehow,
  Mul: arithmetic((x, c) => x * c, true),
  OneHotEncoder: oneHotEncoder,
  OrdinalEncoder: eachSomehow,
  Reshape: flattened,
  Scaler: scaler,
  StringNormalizer: eachSomehow,
  Sub: arithmetic((x, c) => x - c, false),
};
