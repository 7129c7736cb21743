/** Adversarial examples of an attacker who goes on after the first wrong decision, towards the class that the model was turned to: how sure does it get? (projected gradient descent, arXiv:1706.06083, targeted) */
import { defaultBatch } from '../../attacks/iterate.ts';
import { NOISE_KEY, NOISE_RUN, noiseFields } from '../../model/draws.ts';
import type { GradientBuilder } from '../../model/target.ts';
import type { Value } from '../../onnx/graph.ts';
import type { HostTensor } from '../../runtime/runtime.ts';
import { perRow, project } from '../../threat/ball.ts';
import type { Subject } from '../subject.ts';
import { defineRowTask, type RowItem, type RowReply } from '../task.ts';
import type { Opened } from '../work.ts';

export interface DeterminedItem extends RowItem {
  readonly label: number;
  /** The wrong class that an attack has reached already. */
  readonly goal: number;
}

export interface Determined extends RowReply {
  readonly fooled: boolean;
  readonly confidence: number;
}

export interface DeterminedOrder {
  readonly subject: Subject;
  readonly epsilon: number;
  readonly steps: number;
}

export const determinedTask = defineRowTask<DeterminedOrder, DeterminedItem, Determined>({
  kind: 'determined',
  run: async ({ subject, epsilon, steps }, items, { open, finished }) => {
    const opened = await open(subject);
    const batch = Math.min(16, defaultBatch(opened.target));
    for (let at = 0; at < items.length; at += batch) {
      const part = items.slice(at, at + batch);
      const ends = await climbed(opened, part, { epsilon, steps, batch });
      const decisions = await opened.target.judge.decide(ends);
      await finished(
        part.map(({ index, label }, i): Determined => {
          const { label: decided = -1, confidence = 0 } = decisions[i] ?? {};
          return { index, fooled: decided >= 0 && decided !== label, confidence: Number.isFinite(confidence) ? confidence : 0 };
        }),
      );
    }
  },
});

/** A step towards the goal, back into the ball. */
function step(b: GradientBuilder): Record<string, Value> {
  const { g } = b;
  const [x, x0, goal] = [b.row('x', 'input'), b.row('x0', 'input'), b.row('label', 'label')];
  const [epsilon, size] = [b.row('epsilon', 'scalar'), b.row('stepSize', 'scalar')];
  const slope = b.grad(b.loss('cross-entropy', x, goal), x);
  return { x: project(g, 'linf', g.sub(x, g.mul(perRow(g, size, x), g.sign(slope))), x0, epsilon, b.range) };
}

interface Climb {
  readonly epsilon: number;
  readonly steps: number;
  readonly batch: number;
}

/** The last iterates, one for each item; a part that is not full is filled up with its first row. */
async function climbed(
  { target, rows }: Opened,
  items: readonly DeterminedItem[],
  { epsilon, steps, batch }: Climb,
): Promise<Float32Array[]> {
  const found = await rows(items.map(({ index }) => index));
  const { size, preprocessing } = target;
  const data = new Float32Array(batch * size);
  for (let i = 0; i < batch; i++) {
    const { row } = (found[i] ?? found[0]) as (typeof found)[number];
    data.set(row, i * size);
  }
  const compiled = await target.compile('determined', batch, step);
  const x0: HostTensor = { type: 'float32', shape: [batch, ...preprocessing.shape], data };
  const scalars = (value: number): HostTensor => ({ type: 'float32', shape: [batch], data: new Float32Array(batch).fill(value) });
  const label: HostTensor = {
    type: 'int64',
    shape: [batch],
    data: BigInt64Array.from({ length: batch }, (_, i) => BigInt((items[i] ?? (items[0] as DeterminedItem)).goal)),
  };
  let x = x0;
  const keys: HostTensor = {
    type: 'float32',
    shape: [batch],
    data: Float32Array.from({ length: batch }, (_, i) => noiseFields(0, 'determined', items[i]?.index ?? 0)[NOISE_KEY] as number),
  };
  // Steps that could cross the ball two and a half times, as is usual.
  const fixed = { x0, label, epsilon: scalars(epsilon), stepSize: scalars((2.5 * epsilon) / steps) };
  for (let t = 0; t < steps; t++) x = (await compiled.run({ x, ...fixed, [NOISE_KEY]: keys, [NOISE_RUN]: scalars(t) })).x as HostTensor;
  return items.map((_, i) => (x.data as Float32Array).slice(i * size, (i + 1) * size));
}
