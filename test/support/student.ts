/** A network fine-tuned as transfer learning does it: all layers of a teacher but the last are kept, and a new last layer is trained for other classes. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttackSample } from '../../src/attacks/attack.ts';
import { readModelFile } from '../../src/model/model-file.ts';
import type { Preprocessing } from '../../src/model/preprocessing.ts';
import { createTeacher } from '../../src/model/teacher.ts';
import { int, intOf, type StaticGraph } from '../../src/onnx/graph.ts';
import { floats, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { newGraph } from '../../src/ops/table.ts';
import { ortNode } from '../../src/runtime/ort-node.ts';
import * as training from '../../src/training/fit.ts';

export interface Lesson {
  readonly rows: Preprocessing;
  /** With the classes of the new task. */
  readonly examples: readonly AttackSample[];
  readonly classes: number;
}

const BATCH = 50;

/** The path of the student's file. */
export async function studentOf(teacher: string, { rows, examples, classes }: Lesson): Promise<string> {
  const file = await readModelFile(teacher);
  const last = file.graph.nodes.findLast(({ op }) => op === 'Gemm');
  if (last?.outputs[0] !== file.head.logits || intOf(last, 'transB', 0) !== 1) throw new Error('the teacher does not end in a Gemm');
  const inner = await createTeacher(file, ortNode, { rows, threads: 1 }).at(1);
  const values = await inner.judge.scores(examples.map(({ x }) => x));
  await inner.release();
  const { weight, bias } = await taught(values, { labels: examples.map(({ label }) => label), classes });
  const [, w, b] = last.inputs as [string, string, string];
  const constants = new Map([...file.graph.constants, [w, weight], [b, bias]]);
  const outputs = file.graph.outputs.map((port) => ({ ...port, shape: ['batch', classes] }));
  const path = join(mkdtempSync(join(tmpdir(), 'gibbon-student-')), 'student.onnx');
  writeFileSync(path, writeModel({ ...file.graph, constants, outputs }).bytes);
  return path;
}

async function taught(
  values: readonly Float32Array[],
  { labels, classes }: { labels: readonly number[]; classes: number },
): Promise<{ weight: Tensor; bias: Tensor }> {
  const width = values[0]?.length as number;
  const images = new Float32Array(values.length * width);
  for (const [i, row] of values.entries()) images.set(row, i * width);
  const data = { images, labels: Int32Array.from(labels), shape: [width] };
  const weights = await training.fit(headGraph(width, classes), data, ortNode, {
    epochs: 30,
    batch: BATCH,
    seed: 0,
    rate: (progress) => 0.02 * (1 - progress),
    decay: 1e-4,
    averaging: 0,
    trained: ['weight', 'bias'],
    onEpoch: async () => {},
  });
  return { weight: weights.get('weight') as Tensor, bias: weights.get('bias') as Tensor };
}

function headGraph(width: number, classes: number): StaticGraph {
  const g = newGraph();
  const x = g.input('x', 'float32', [BATCH, width]);
  const [weight, bias] = [floats(new Float32Array(classes * width), [classes, width]), floats(new Float32Array(classes), [classes])];
  return g.finish({ logits: g.node('Gemm', [x, g.constant(weight, 'weight'), g.constant(bias, 'bias')], { transB: int(1) }) }, 'head');
}
