/** Feeds one kind of odd input to the untouched model, in a process that it may end. */
import { codePointsOf, textOf } from '../../base/code-points.ts';
import { encoderOf } from '../../model/encoding.ts';
import { decided, sourceOf } from '../../model/judge.ts';
import { readModelFile } from '../../model/model-file.ts';
import { isFloat } from '../../onnx/tensor.ts';
import type { Feeds, Session } from '../../runtime/runtime.ts';
import { CASES, type OddCase, type Tensor } from '../odd-inputs/cases.ts';
import type { Subject } from '../subject.ts';
import { numbersOf } from '../supply-chain/probe.ts';
import { defineSingleTask } from '../task.ts';

export interface OddOrder {
  readonly subject: Subject;
  /** Id of the case. */
  readonly odd: string;
  readonly indices: readonly number[];
}

/** What came back for one example. */
export type OddAnswer =
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'answered'; readonly label: number; readonly confidence: number }
  | { readonly kind: 'not-a-number' }
  | { readonly kind: 'nothing' };

export const oddInputTask = defineSingleTask<OddOrder, readonly OddAnswer[]>({
  kind: 'odd-input',
  run: async ({ subject, odd, indices }, { open, runtime, alive }) => {
    const one = CASES.find(({ id }) => id === odd) as OddCase;
    const [{ rows }, model] = [await open(subject), await readModelFile(subject.model)];
    const encode = await encoderOf(model, subject.preprocessing);
    const session = await runtime.loadModel(await sourceOf(model), { threads: subject.threads, quiet: true });
    const first = model.input.shape?.[0];
    const copies = typeof first === 'number' && first > 0 ? first : 1;
    const answers: OddAnswer[] = [];
    try {
      for (const { row } of await rows(indices)) {
        const given = one.text ? codePointsOf(one.text(textOf(row))) : row;
        const answer = await asked(session, () => changed(encode(new Array<Float32Array>(copies).fill(given)), one, subject), model.head);
        if (answer) answers.push(answer);
        alive();
      }
    } finally {
      await session.release();
    }
    return answers;
  },
});

/** The feeds with every input changed that the case speaks of; undefined where it speaks of none. */
function changed(feeds: Feeds, { tensor }: OddCase, { preprocessing }: Subject): Feeds | undefined {
  if (!tensor) return feeds;
  const made = Object.entries(feeds).map(([name, given]): [string, Tensor | undefined] => [name, tensor(given as Tensor, preprocessing)]);
  if (made.every(([, one]) => one === undefined)) return undefined;
  return Object.fromEntries(made.map(([name, one]) => [name, one ?? (feeds[name] as Tensor)]));
}

type Head = Awaited<ReturnType<typeof readModelFile>>['head'];

async function asked(session: Session, feedsOf: () => Feeds | undefined, { output, kind }: Head): Promise<OddAnswer | undefined> {
  try {
    const feeds = feedsOf();
    if (!feeds) return undefined;
    const made = (await session.run(feeds, [output]))[output];
    if (!made || made.data.length === 0) return { kind: 'nothing' };
    if (!isFloat(made.type)) return { kind: 'refused', message: `the output holds ${made.type}` };
    const all = Float32Array.from(numbersOf(made));
    const width = Math.max(1, all.length / Math.max(1, made.shape[0] ?? 1));
    const { label, confidence } = decided(all.subarray(0, width), kind);
    return Number.isFinite(confidence) ? { kind: 'answered', label, confidence: Number(confidence.toFixed(4)) } : { kind: 'not-a-number' };
  } catch (thrown) {
    return { kind: 'refused', message: oneLine(thrown instanceof Error ? thrown.message : String(thrown)) };
  }
}

const LONGEST = 140;

/** Of a runtime's message what a person can use. */
function oneLine(message: string): string {
  const text = (message.split('\n')[0] ?? '').replace(/\/onnxruntime_src\/\S+\s*/g, '').trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
