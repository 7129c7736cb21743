/** The model's decisions on as many labelled examples as groups need: many more than are attacked, since answers are cheap. */
import { subset } from '../../data/subset.ts';
import { sizeOf } from '../../onnx/tensor.ts';
import type { CheckContext } from '../checks/check.ts';
import type { CheckFacts } from '../checks/facts.ts';
import type { Preset } from '../presets.ts';
import type { CleanReply } from '../subject.ts';
import { cleanTask } from '../tasks/clean.ts';

export interface Answer {
  readonly index: number;
  /** The right class. */
  readonly right: number;
  readonly decided: number;
  /** Probability of the decided class; null where the model gave none. */
  readonly confidence: number | null;
}

/** Examples, and numbers in all of their rows: what takes a core some seconds. */
const MOST: Readonly<Record<Preset, { readonly examples: number; readonly numbers: number }>> = {
  quick: { examples: 2000, numbers: 2e6 },
  standard: { examples: 20_000, numbers: 16e6 },
  thorough: { examples: 50_000, numbers: 64e6 },
};

/** How many to ask about: those that the user wants, else as many as the preset has room for. */
function wanted({ options, prepared, chosen }: CheckFacts, asked: number | undefined): number {
  if (asked !== undefined) return asked;
  if (options.n !== undefined || options.first !== undefined) return chosen.length;
  const { examples, numbers } = MOST[options.preset];
  return Math.max(chosen.length, Math.min(examples, Math.floor(numbers / sizeOf(prepared.preprocessing.shape))));
}

/** Decisions on the audited examples and, drawn in the same way, on more of the data. */
export async function answersOf(context: CheckContext, asked: number | undefined): Promise<Answer[]> {
  const { chosen, prepared, subject, artifacts, reporter, model, options } = context;
  const known = new Map<number, CleanReply>([...prepared.answers, ...(await artifacts.clean())].map((reply) => [reply.index, reply]));
  const n = wanted(context, asked);
  const labels = Int32Array.from(prepared.labels);
  const indices = n <= chosen.length ? chosen : subset({ length: labels.length, labels }, { n, seed: options.seed });
  const left = indices.filter((index) => !known.has(index)).map((index) => ({ index }));
  if (left.length > 0) {
    reporter.phase(`${model.name}: decisions by group`, left.length);
    for (const [index, reply] of await context.rows(cleanTask, { subject }, left)) known.set(index, reply);
  }
  return indices.flatMap((index): Answer[] => {
    const reply = known.get(index);
    return reply ? [{ index, right: labels[index] as number, decided: reply.label, confidence: sure(reply.confidence) }] : [];
  });
}

/** NaN becomes null on its way through JSON. */
const sure = (confidence: number | null): number | null => (confidence !== null && Number.isFinite(confidence) ? confidence : null);
