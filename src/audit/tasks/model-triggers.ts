/** Watches and forces a model's inner values on examples, and on inputs that no data set holds. */
import { encoderOf } from '../../model/encoding.ts';
import { readModelFile } from '../../model/model-file.ts';
import type { Feeds } from '../../runtime/runtime.ts';
import type { DetailOf } from '../details.ts';
import type { Subject } from '../subject.ts';
import { excerptOf, expressionOf } from '../supply-chain/excerpt.ts';
import { flowOf } from '../supply-chain/flow.ts';
import { otherRows } from '../supply-chain/other-rows.ts';
import { findTriggers, type Hunt, type Suspect } from '../supply-chain/triggers.ts';
import { defineSingleTask } from '../task.ts';

export interface TriggerOrder {
  readonly subject: Subject;
  readonly indices: readonly number[];
  /** How many inputs of other kinds. */
  readonly others: number;
}

export interface TriggerReply extends Omit<Hunt, 'suspects'> {
  readonly suspects: readonly (Suspect & { readonly expression: string; readonly nodes: DetailOf<'graph'>['nodes'] })[];
}

export const modelTriggersTask = defineSingleTask<TriggerOrder, TriggerReply>({
  kind: 'model-triggers',
  run: async ({ subject, indices, others }, { open, runtime }) => {
    const [{ rows }, model] = [await open(subject), await readModelFile(subject.model)];
    const encode = await encoderOf(model, subject.preprocessing);
    const own = (await rows(indices)).map(({ row }) => row);
    const first = model.input.shape?.[0];
    const copies = typeof first === 'number' && first > 0 ? first : 1;
    const feed = (row: Float32Array): Feeds => encode(new Array<Float32Array>(copies).fill(row));
    const { graph } = model;
    const usual = own.map(feed);
    const random = otherRows(own, subject.preprocessing, others, subject.seed).map(feed);
    const hunt = await findTriggers({ graph, runtime, usual, random });
    const flow = flowOf(graph);
    const suspects = hunt.suspects.map((suspect) => ({
      ...suspect,
      expression: expressionOf(graph, flow, suspect.name),
      nodes: excerptOf(graph, flow, suspect.name),
    }));
    return { ...hunt, suspects };
  },
});
