/**
 * Inputs that bounds cannot follow, since they hold whole numbers or texts. What is made of those that no attack moves is computed by the model itself for
 * each row, and enters the network as it is; whole numbers that may move and are cast at once count as real numbers, of which they are some.
 */
import { GibbonError } from '../../base/errors.ts';
import { readModelBytes } from '../../data/model-bytes.ts';
import { encoderOf } from '../../model/encoding.ts';
import type { ModelFile } from '../../model/model-file.ts';
import type { EncodedPort, PortsEncoding } from '../../model/ports-encoding.ts';
import type { Preprocessing } from '../../model/preprocessing.ts';
import { withOutput } from '../../onnx/expose.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { type ElementType, isFloat, type Tensor } from '../../onnx/tensor.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** The network of rows that agree with one in all that does not move. */
export interface Followed {
  /** Takes the inputs that may move, and what is made of the others. */
  readonly graph: Graph;
  /** The inputs that may move, none of whole numbers. */
  readonly ports: readonly EncodedPort[];
  /** What is made of the others, each for one row. */
  readonly made: ReadonlyMap<string, Tensor>;
}

const mayMove = ({ columns }: PortsEncoding, { from, count }: EncodedPort): boolean =>
  columns.slice(from, from + count).some(({ movable }) => movable);

/** Inputs of whole numbers and texts; none where rows are no tables. */
function oddPorts({ encoding }: Preprocessing): EncodedPort[] {
  return encoding?.kind === 'ports' ? encoding.ports.filter(({ type }) => !isFloat(type)) : [];
}

/** Elements of a row that its network depends on; undefined where one network is for all rows. */
export function frozenElements(preprocessing: Preprocessing): number[] | undefined {
  const { encoding } = preprocessing;
  const odd = oddPorts(preprocessing);
  if (encoding?.kind !== 'ports' || odd.length === 0) return undefined;
  return odd.filter((port) => !mayMove(encoding, port)).flatMap(({ from, count }) => Array.from({ length: count }, (_, i) => from + i));
}

/** Operators that move values or look them up, and round nothing. */
const EXACT = new Set(
  'ArrayFeatureExtractor Cast Concat Expand Flatten Gather GatherElements GatherND Identity LabelEncoder OneHot OneHotEncoder OrdinalEncoder Reshape Slice Squeeze StringNormalizer Transpose Unsqueeze'.split(
    ' ',
  ),
);

/**
 * @param exposed the model with its scores as the only output
 * @throws GibbonError E_NOT_APPLICABLE where a whole number that may move, or one that meets others as it is, is used in another way
 */
export async function followed(
  model: ModelFile,
  exposed: Graph,
  { preprocessing, row, runtime }: { readonly preprocessing: Preprocessing; readonly row: Float32Array; readonly runtime: Runtime },
): Promise<Followed> {
  const encoding = preprocessing.encoding as PortsEncoding;
  const moving = new Set(encoding.ports.filter((port) => mayMove(encoding, port) || isFloat(port.type)).map(({ name }) => name));
  for (const { name, type } of encoding.ports) if (moving.has(name) && !isFloat(type)) assertCast(exposed, name);
  const { fixed, border } = split(exposed, new Set(exposed.inputs.map(({ name }) => name).filter((name) => !moving.has(name))));
  const made = await computed(model, border, { preprocessing, row, runtime });
  const inputs = exposed.inputs.filter(({ name }) => moving.has(name)).map(asFloat);
  const graph: Graph = {
    ...exposed,
    inputs: [...inputs, ...border.map((name) => ({ name, type: 'float32' as const, shape: made.get(name)?.shape ?? null }))],
    nodes: exposed.nodes.filter((node) => !fixed.has(node)),
  };
  const ports = encoding.ports.filter(({ name }) => moving.has(name)).map(asFloat);
  return { graph, ports, made };
}

const asFloat = <T extends { readonly type: ElementType }>(port: T): T => (isFloat(port.type) ? port : { ...port, type: 'float32' });

/** A cast to floats takes any whole number to itself. */
function assertCast({ nodes }: Graph, name: string): void {
  const other = nodes.find((node) => node.inputs.includes(name) && !(node.op === 'Cast' && node.attributes.to?.value === 1));
  if (other) throw notFollowed(`its input ${name} may change and holds whole numbers, which ${other.op} takes as such`);
}

function notFollowed(reason: string): GibbonError {
  return new GibbonError('E_NOT_APPLICABLE', reason, {
    hint: 'Keep that column as it is (--immutable), or export the model with a float32 input there.',
  });
}

/** Nodes that move nothing but what is frozen, and their values that other nodes take. */
function split({ nodes, constants, outputs }: Graph, frozen: ReadonlySet<string>): { fixed: Set<Node>; border: string[] } {
  const [values, fixed] = [new Set(frozen), new Set<Node>()];
  const constant = new Set(constants.keys());
  for (const node of nodes) {
    if (node.op === 'Constant') constant.add(node.outputs[0] ?? '');
    const isFixed =
      node.inputs.some((name) => values.has(name)) && node.inputs.every((name) => name === '' || values.has(name) || constant.has(name));
    if (!isFixed || !EXACT.has(node.op)) continue;
    fixed.add(node);
    for (const name of node.outputs) values.add(name);
  }
  const taken = nodes
    .filter((node) => !fixed.has(node))
    .flatMap((node) => node.inputs.filter((name) => values.has(name)).map((name) => ({ name, node })));
  const raw = taken.find(({ name }) => frozen.has(name));
  if (raw) throw notFollowed(`${raw.node.op} takes its input ${raw.name}, which holds no float32 numbers, as it is`);
  const asked = outputs.filter(({ name }) => values.has(name));
  if (asked.length > 0) throw notFollowed('its scores depend on nothing that may change');
  return { fixed, border: [...new Set(taken.map(({ name }) => name))] };
}

interface Asking {
  readonly preprocessing: Preprocessing;
  readonly row: Float32Array;
  readonly runtime: Runtime;
}

/** By the untouched file. */
async function computed(model: ModelFile, names: readonly string[], { preprocessing, row, runtime }: Asking): Promise<Map<string, Tensor>> {
  if (names.length === 0) return new Map();
  const { bytes } = await readModelBytes(model.path);
  const session = await runtime.loadModel(names.reduce(withOutput, bytes));
  try {
    const found = await session.run((await encoderOf(model, preprocessing))([row]), names);
    return new Map(
      names.map((name) => {
        const value = found[name];
        if (!(value?.data instanceof Float32Array)) throw notFollowed(`its value ${name} holds no float32 numbers`);
        const { buffer, byteOffset, byteLength } = value.data;
        return [name, { type: 'float32', shape: value.shape, data: new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)) }];
      }),
    );
  } finally {
    await session.release();
  }
}
