/** What a worker does while another one takes the first look: it gets ready for the subject that is most likely to come. */
import type { AttackSample } from '../attacks/attack.ts';
import { defaultBatch } from '../attacks/iterate.ts';
import { attackOf } from '../attacks/registry.ts';
import type { Sample } from '../data/dataset.ts';
import { openDataset } from '../data/open.ts';
import { candidates, shapeFor } from '../model/guess.ts';
import { createJudge } from '../model/judge.ts';
import { readModelFile } from '../model/model-file.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { isTextModel } from './open-text.ts';
import type { AttackOrder, Subject, SubjectSpec } from './subject.ts';
import type { Opened } from './work.ts';

export interface Expectation {
  readonly spec: SubjectSpec;
  /** The attack that comes first. */
  readonly attack: Pick<AttackOrder['attack'], 'id' | 'params' | 'norm'>;
}

/**
 * Loads the model, and where the user has said how to read the input also the data; a graph for single rows is compiled by one step of the
 * attack on one example. Nothing depends on it: what it opens is opened again where the guess was wrong.
 */
export async function expect({ spec, attack }: Expectation, runtime: Runtime, open: (subject: Subject) => Promise<Opened>): Promise<void> {
  const model = await readModelFile(spec.model);
  if (isTextModel(model) || model.folder.preprocessor) return;
  const dataset = await openDataset(spec.data);
  if (dataset.modality !== 'image' || dataset.length === 0) return;
  const [first] = (await dataset.read([0])) as [Sample];
  const [p, ...others] = candidates(shapeFor(model.input, dataset.modality, first, spec.flags), dataset.modality, spec.flags);
  if (!p) return;
  if (others.length > 0) await (await createJudge(model, p, runtime, { threads: spec.threads })).release();
  else await rehearse(await open({ ...spec, preprocessing: p }), attack, spec.seed);
}

/** Any budget will do. */
const TINY = 1e-3;

/** One step on one example compiles the graph for single rows. */
async function rehearse({ target, rows }: Opened, { id, params, norm }: Expectation['attack'], seed: number): Promise<void> {
  const unit = attackOf(id);
  if (defaultBatch(target) > 1 || !('steps' in unit.params.shape) || !unit.norms.includes(norm) || target.unsupported.length > 0) return;
  const [one] = await rows([0]);
  const sample: AttackSample = { index: 0, x: one?.row as Float32Array, label: 0 };
  await unit.run({ target, params: { ...params, steps: 1, restarts: 1 }, norm, epsilon: TINY, seed, batch: 1 }, [sample]);
}
