/**
 * Writes scripts/operator-support.json, from which the support matrix of docs/operators.md is made: what the committed operator test models,
 * the lowering tests, the exports and, where they are, the fixtures say of each operator. Usage: jiti bench/operators/support.ts
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readModelBytes } from '../../src/data/model-bytes.ts';
import type { Graph, Node, StaticGraph } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { isFloat } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { isCore, OPS } from '../../src/ops/table.ts';
import { evaluator } from '../../src/runtime/evaluate.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import { qualifiedName } from '../../src/transform/lower/qualified-name.ts';
import { specialise } from '../../src/transform/specialise.ts';
import { type Lowered, modelOf } from '../../test/support/expect-lowering.ts';
import { modelsBelow } from '../../test/support/lowered-model.ts';
import { BOUNDS } from '../../test/support/lowerings/bounds.ts';
import { CLASSICAL } from '../../test/support/lowerings/classical.ts';
import { LOSSES, PRODUCTS } from '../../test/support/lowerings/losses.ts';
import { MORE } from '../../test/support/lowerings/more.ts';
import { casesIn } from './cases.ts';
import { filesAt } from './files.ts';
import { verdictOf } from './verdict.ts';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, 'scripts/operator-support.json');
const FIXTURES = resolve(process.env.GIBBON_FIXTURES ?? join(ROOT, '../shared/fixtures'));

interface Support {
  /** Operator sets that define it; 0 at the end where it is deprecated. */
  versions: number[];
  /** Core operators that its lowerings were seen to use. */
  core: Set<string>;
  /** Ways in which gradients were seen to pass. */
  gradient: Set<string>;
  cases: number;
  passed: number;
  gradients: number;
  fixtures: number;
  exports: number;
}

const files = filesAt(join(ROOT, 'test/assets/onnx-operators/cases.zip.gz'));
const versions = JSON.parse(new TextDecoder().decode(files.get('versions.json'))) as Record<string, number[]>;
const before = existsSync(OUT) ? (JSON.parse(readFileSync(OUT, 'utf8')) as Record<string, { fixtures?: number }>) : {};
const found = new Map<string, Support>();

function supportOf(name: string): Support {
  const known = found.get(name);
  if (known) return known;
  const made: Support = {
    versions: versions[name] ?? [],
    core: new Set(),
    gradient: new Set(),
    cases: 0,
    passed: 0,
    gradients: 0,
    fixtures: 0,
    exports: 0,
  };
  found.set(name, made);
  return made;
}

/** Names of all operators of a graph and its subgraphs. */
function operators({ nodes }: Graph): Set<string> {
  const inner = (node: Node): string[] =>
    Object.values(node.attributes).flatMap(({ kind, value }) =>
      kind === 'graph' ? [...operators(value)] : kind === 'graphs' ? value.flatMap((graph) => [...operators(graph)]) : [],
    );
  return new Set(nodes.flatMap((node) => [qualifiedName(node), ...inner(node)]));
}

/** What one lowered node is made of, and how gradients pass through that. */
function learn(support: Support, graph: StaticGraph): void {
  const ops = graph.nodes.map(({ op }) => op).filter((op) => op !== 'Identity');
  for (const op of ops) support.core.add(op);
  const floats = (ports: StaticGraph['inputs']): boolean => ports.some(({ type }) => isFloat(type));
  if (!floats(graph.outputs)) support.gradient.add('none: no float output');
  else if (!floats(graph.inputs)) support.gradient.add('none: it follows from shapes and constants');
  else if (ops.some((op) => isCore(op) && OPS[op].differentiable === 'straight-through')) support.gradient.add('straight-through');
  else support.gradient.add('exact');
}

async function fromCase(spec: Lowered): Promise<void> {
  const graph = readModel(writeModel(modelOf(spec)).bytes);
  const shapes = Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, (shape ?? []).map(Number)]));
  learn(supportOf(qualifiedName({ op: spec.op, domain: spec.domain ?? '' })), await specialise(graph, shapes, evaluator(ortNode)));
}

async function fromSuite(): Promise<void> {
  for (const test of casesIn(files)) {
    if (test.operator === '(several)') continue;
    const support = supportOf(test.operator);
    const { outcome, gradient, graph } = await verdictOf(test);
    support.cases++;
    if (outcome !== 'passed') continue;
    support.passed++;
    if (gradient.outcome === 'exact' || gradient.outcome === 'kink') support.gradients++;
    if (graph && !test.expanded) learn(support, graph);
  }
}

async function fromModels(folder: string, count: 'fixtures' | 'exports'): Promise<void> {
  for (const path of modelsBelow(folder)) {
    const { bytes, beside } = await readModelBytes(path);
    for (const name of operators(readModel(bytes, beside))) supportOf(name)[count]++;
  }
}

for (const name of Object.keys(versions)) if (!name.startsWith('ai.onnx.preview')) supportOf(name);
for (const spec of [...MORE, ...BOUNDS, ...CLASSICAL, ...LOSSES, ...PRODUCTS]) await fromCase(spec);
await fromSuite();
await fromModels(join(ROOT, 'test/assets/exports'), 'exports');
if (existsSync(FIXTURES)) await fromModels(FIXTURES, 'fixtures');
else for (const [name, support] of found) support.fixtures = before[name]?.fixtures ?? 0;

const rows = [...found]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, { core, gradient, ...rest }]) => [name, { ...rest, core: [...core].sort(), gradient: [...gradient].sort() }]);
writeFileSync(OUT, `{\n${rows.map(([name, row]) => `  ${JSON.stringify(name)}: ${JSON.stringify(row)}`).join(',\n')}\n}\n`);
console.log(`${rows.length} operators`);
