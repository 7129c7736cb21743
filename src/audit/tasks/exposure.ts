/** Looks at a model's answers on a few hundred examples, and at its file: their form, their digits, the rank of what the last layer puts out, and texts that stand in the file. */
import { classLabels } from '../../model/class-labels.ts';
import { type ModelFile, readModelFile } from '../../model/model-file.ts';
import { isFloat } from '../../onnx/tensor.ts';
import { type AnswerForm, formOf } from '../../privacy/answer-form.ts';
import { isLinear, knownWords, type StoredRows, storedRows, type Trace, tracesOf } from '../../privacy/file-traces.ts';
import { logProbabilities } from '../../privacy/log-probabilities.ts';
import { gramGraph, rankOf } from '../../privacy/score-gram.ts';
import { keyedRng } from '../../rng/rng.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { eigenvalues } from '../../stats/eigenvalues.ts';
import type { OutputKind } from '../../task/logits.ts';
import type { Subject } from '../subject.ts';
import { defineSingleTask } from '../task.ts';
import { inParts } from '../work.ts';

export interface ExposureOrder {
  readonly subject: Subject;
  readonly indices: readonly number[];
}

export interface OtherOutput {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string | null)[] | null;
  /** Floats that are not the answer: a layer of the network, or another head. */
  readonly isFloat: boolean;
}

export interface ExposureReply extends AnswerForm {
  readonly n: number;
  readonly distinct: number;
  /** Mean entropy of the answers, in bits. */
  readonly entropy: number;
  /** Rank of the scores, of how many it could be; null where there are too few examples or no clear step. */
  readonly rank: { readonly found: number | null; readonly full: number };
  readonly outputs: readonly OtherOutput[];
  readonly isLinear: boolean;
  readonly traces: readonly Trace[];
  readonly stored: readonly StoredRows[];
  readonly words: number;
  readonly hasNames: boolean;
}

export const exposureTask = defineSingleTask<ExposureOrder, ExposureReply>({
  kind: 'exposure',
  run: async ({ subject, indices }, { open, runtime }) => {
    const opened = await open(subject);
    const answers: Float32Array[] = [];
    await inParts(opened, indices, async (part) => {
      answers.push(...(await opened.target.judge.scores(part.map(({ row }) => row))).filter((scores) => scores.every(Number.isFinite)));
    });
    const form = formOf(answers);
    const kind: OutputKind = form.form === 'probabilities' && opened.kind === 'logits' && form.numbers > 1 ? 'probabilities' : opened.kind;
    const logs = answers.map((scores) => logProbabilities(scores, kind));
    return {
      ...form,
      n: answers.length,
      distinct: new Set(answers.map((answer) => answer.join())).size,
      entropy:
        logs.reduce(
          (sum, log) => sum + log.reduce((bits, v) => bits - (v === Number.NEGATIVE_INFINITY ? 0 : (Math.exp(v) * v) / Math.LN2), 0),
          0,
        ) / logs.length,
      rank: await scoreRank(logs, subject.seed, runtime),
      ...(subject.remote ? NO_FILE : fileSays(await readModelFile(subject.model))),
    };
  },
});

type FileSays = Pick<ExposureReply, 'outputs' | 'isLinear' | 'traces' | 'stored' | 'words' | 'hasNames'>;

/** Whoever asks an endpoint sees no file. */
const NO_FILE: FileSays = { outputs: [], isLinear: false, traces: [], stored: [], words: 0, hasNames: false };

function fileSays({ graph, head }: ModelFile): FileSays {
  return {
    outputs: graph.outputs
      .filter(({ name }) => name !== head.output)
      .map(({ name, type, shape }) => ({ name, type, shape, isFloat: isFloat(type) })),
    isLinear: isLinear(graph),
    traces: tracesOf(graph),
    stored: storedRows(graph),
    words: knownWords(graph),
    hasNames: classLabels(graph)?.some((name) => !/^\d+$/.test(name)) ?? false,
  };
}

/** Classes whose scores are looked at: a smaller rank shows in any subset that is larger. */
const MOST_CLASSES = 200;

async function scoreRank(logs: readonly Float64Array[], seed: number, runtime: Runtime): Promise<ExposureReply['rank']> {
  const usable = logs.filter((row) => row.every(Number.isFinite));
  const classes = logs[0]?.length ?? 0;
  const chosen = keyedRng(seed, 'exposure', 'classes')
    .shuffle([...Array(classes).keys()])
    .slice(0, MOST_CLASSES);
  const k = chosen.length;
  const full = k - 1;
  if (k < 3 || usable.length < 2 * k) return { found: null, full };
  const data = new Float64Array(usable.length * k);
  for (const [i, row] of usable.entries()) for (const [j, at] of chosen.entries()) data[i * k + j] = row[at] as number;
  const session = await runtime.load(gramGraph(usable.length, k));
  const { gram } = await session.run({ x: { type: 'float64', shape: [usable.length, k], data } });
  await session.release();
  return { found: rankOf(eigenvalues(gram?.data as Float64Array, k)) ?? null, full };
}
