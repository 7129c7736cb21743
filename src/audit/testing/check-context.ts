/** A check's surroundings without a model: answers and attacks are given, everything that a check may ask of workers is counted. */

import type { Preprocessing } from '../../model/preprocessing.ts';
import type { RanEvasion } from '../artifacts.ts';
import type { Artifacts, CheckContext } from '../checks/check.ts';
import type { AuditOptions } from '../options.ts';
import type { Reporter } from '../ports.ts';
import type { ModelResult } from '../result.ts';
import type { CleanReply, Prepared } from '../subject.ts';
import type { RowItem, RowReply, RowTask } from '../task.ts';

/** An example: what is right, what the model decides, how sure it is, and its group by each attribute. */
export interface Person {
  readonly right: number;
  readonly decided: number;
  readonly confidence?: number;
  readonly groups: readonly (string | null)[];
}

export interface Stage {
  readonly people: readonly Person[];
  readonly attributes: readonly string[];
  readonly classes?: number;
  readonly classNames?: readonly string[];
  /** How many of them are audited (attacked): the first ones; all when absent. */
  readonly chosen?: number;
  readonly options?: Partial<AuditOptions>;
  readonly result?: Pick<ModelResult, 'summary' | 'samples' | 'threat' | 'curve'>;
}

/** What the checks under test do not ask for. */
const OTHERS = {} as Omit<Artifacts, 'clean' | 'evasion'>;
const QUIET: Reporter = { phase: () => {}, advance: () => {}, note: () => {} };
const PORT = { name: 'x', type: 'float32', shape: ['N', 4] };
const PREPROCESSING: Preprocessing = {
  modality: 'table',
  layout: 'none',
  channels: 'none',
  shape: [4],
  mean: [0],
  std: [1],
  resize: 'crop',
};

function preparedOf({ people, attributes, classes = 2, classNames }: Stage): Prepared {
  return {
    sha256: '0',
    bytes: 0,
    parameters: 0,
    input: PORT,
    output: PORT,
    preprocessing: PREPROCESSING,
    source: 'default',
    tried: [],
    rivals: [],
    unsupported: [],
    masked: [],
    data: { sha256: '0', modality: 'table', length: people.length, classes, classNames: classNames ?? null, notes: [] },
    labels: people.map(({ right }) => right),
    groups: attributes.map((attribute, i) => ({ attribute, of: people.map(({ groups }) => groups[i] ?? null) })),
    answers: [],
  };
}

/** The context, and the indices of examples that were asked of workers. */
export function contextOf(stage: Stage): { readonly context: CheckContext; readonly asked: number[] } {
  const { people, chosen = people.length, options, result } = stage;
  const reply = (index: number): CleanReply => {
    const { decided, confidence = 0.9 } = people[index] as Person;
    return { index, id: String(index), label: decided, confidence };
  };
  const asked: number[] = [];
  const indices = [...people.keys()].slice(0, chosen);
  const [data, flags, model] = [{ path: 'data.csv' }, {}, { name: 'm', path: 'm.onnx' }];
  const context: CheckContext = {
    options: { models: [model], data, flags, norm: 'linf', seed: 0, preset: 'standard', threads: 1, ...options },
    model,
    prepared: preparedOf(stage),
    subject: { model: model.path, data, flags, threads: 1, seed: 0, preprocessing: PREPROCESSING },
    epsilon: { value: 0.1, text: '0.1' },
    chosen: indices,
    params: {},
    reporter: QUIET,
    artifacts: { ...OTHERS, clean: async () => indices.map(reply), evasion: async () => ({ result }) as RanEvasion },
    rows: async <C, I extends RowItem, R extends RowReply>(_task: RowTask<C, I, R>, _common: C, items: readonly I[]) => {
      asked.push(...items.map(({ index }) => index));
      return new Map(items.map(({ index }): [number, R] => [index, reply(index) as RowReply as R]));
    },
    once: async () => {
      throw new Error('no single work is expected');
    },
  };
  return { context, asked };
}
