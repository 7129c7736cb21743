/** Draws pictures that were made on a surrogate and fool the audited model, as saved in 8 bits. */
import type { AttackSample } from '../../attacks/attack.ts';
import { attackOf } from '../../attacks/registry.ts';
import { rounded } from '../../model/measure.ts';
import { isNorm } from '../../threat/metric.ts';
import { imageReply } from '../pictures.ts';
import type { AttackOrder } from '../subject.ts';
import { openSurrogate } from '../surrogates.ts';
import { defineSingleTask } from '../task.ts';
import { attackSamples } from '../work.ts';
import type { TransferOrder } from './transfer.ts';

export type TransferPictureOrder = Omit<TransferOrder, 'against' | 'factors'> & { readonly items: AttackOrder['items'] };

export interface TransferPicture {
  readonly index: number;
  /** PNG data URIs. */
  readonly original: string;
  readonly adversarial: string;
}

export const transferPictures = defineSingleTask<TransferPictureOrder, TransferPicture[]>({
  kind: 'transfer-pictures',
  run: async ({ subject, classes, surrogates, attack, items }, { open, runtime, alive }) => {
    const opened = await open(subject);
    const { target } = opened;
    const source = await openSurrogate(surrogates, { subject, classes }, runtime);
    const { norm, epsilon } = attack;
    const samples = await attackSamples(opened, items);
    const order = { ...attack, target: source, seed: subject.seed, batch: 1, onStep: alive };
    const proposals = await attackOf(attack.id).run(order, samples);
    if (!isNorm(norm)) return [];
    const pairs = samples.map(({ x }, i) => ({ original: x, candidate: proposals[i]?.candidate ?? x }));
    const levels = await rounded(target, pairs, norm, epsilon);
    const drawn = async ({ index, x }: AttackSample, i: number): Promise<TransferPicture> => {
      const shown = { original: x, adversarial: levels[i] as Float32Array, preprocessing: target.preprocessing };
      const { original, adversarialImage } = await imageReply(index, shown, undefined);
      return { index, original: original ?? '', adversarial: adversarialImage ?? '' };
    };
    return Promise.all(samples.map(drawn));
  },
});
