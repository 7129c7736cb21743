/** An endpoint as a target of attacks: whoever asks for scores or labels asks its judge; gradients it has none. */
import { GibbonError } from '../../base/errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Judge } from '../judge.ts';
import type { Preprocessing } from '../preprocessing.ts';
import { type Target, targetOf } from '../target.ts';

/** What stands in the way of gradients, in lists for people. */
export const NO_GRADIENT = 'HTTP';

export function remoteTarget(judge: Judge, preprocessing: Preprocessing, runtime: Runtime): Target {
  const none = (): never => {
    throw new GibbonError('E_OPERATOR_UNSUPPORTED', 'an endpoint answers questions and gives no gradients', {
      hint: 'Use an attack that asks for scores or labels: `gibbon list` shows what each takes.',
    });
  };
  return targetOf({ preprocessing, judge, unsupported: [NO_GRADIENT], graph: async () => none(), inputs: none }, runtime);
}
