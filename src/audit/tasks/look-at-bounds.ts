/** Can anything be proved of the model? A question for one worker, before all are asked. */
import { toGibbonError } from '../../base/errors.ts';
import type { Subject } from '../subject.ts';
import { defineSingleTask } from '../task.ts';
import { provable, treesOf } from './certify.ts';

export interface Bounds {
  /** Why nothing can be proved; null where something can. */
  readonly missing: string | null;
  /** What would help, as a sentence. */
  readonly hint?: string;
  /** Values between input and output that have to be bounded for one example. */
  readonly neurons: number;
}

export const lookAtBounds = defineSingleTask<{ readonly subject: Subject }, Bounds>({
  kind: 'look-at-bounds',
  run: async ({ subject }, { runtime }) => {
    try {
      // Trees are searched for as long as the budget allows, however many leaves they have.
      if (await treesOf(subject, runtime)) return { missing: null, neurons: 0 };
      const { network } = await provable(subject, runtime);
      await network.forward(1);
      return { missing: null, neurons: network.cuts.reduce((sum, { size }) => sum + size, 0) };
    } catch (thrown) {
      const { code, message, hint } = toGibbonError(thrown);
      if (!REASONS.has(code)) throw thrown;
      return { missing: message, ...(hint !== undefined && { hint }), neurons: 0 };
    }
  },
});

/** What is the model's nature rather than a failure. */
const REASONS: ReadonlySet<string> = new Set(['E_OPERATOR_UNSUPPORTED', 'E_NOT_APPLICABLE', 'E_MODEL_UNSUPPORTED', 'E_MODEL_SHAPE']);
