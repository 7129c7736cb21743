/** The error of a model that cannot be read rightly: what was tried, and how to tell Gibbon. */
import { GibbonError } from '../base/errors.ts';
import type { Preprocessing } from './preprocessing.ts';

export interface Tried {
  readonly description: string;
  readonly accuracy: number;
  readonly n: number;
}

interface Advice {
  /** Where to look first. */
  readonly check: string;
  /** How to go on with a model that can do no better. */
  readonly confirm: string;
}

const NUMBERS: Advice = {
  check:
    'Check that data, labels and class order (--classes) belong to this model, or say how it wants its input: --layout, --channels, --mean, --std, --resize.',
  confirm:
    'If this is all that the model can do, confirm its input with --mean and --std (0 and 1 for values as they are), and the audit goes on.',
};

const COLUMNS: Advice = {
  check:
    'Check that the labels are in the right column (--label-column), that the other columns are those that this model takes, in its order, and the order of the classes (--classes).',
  confirm: 'If this is all that the model can do, confirm its labels with --label-column, and the audit goes on.',
};

function adviceFor({ encoding }: Preprocessing): Advice {
  if (encoding?.kind === 'ports') return COLUMNS;
  if (encoding?.kind !== 'text') return NUMBERS;
  if (encoding.feed.as === 'string')
    return { check: 'Check that texts, labels and class order (--classes) belong to this model.', confirm: '' };
  if (encoding.feed.as === 'counts') {
    return {
      check: `Check that the vocabulary ${encoding.feed.vocabulary} is the one this model was trained with, and that texts, labels and class order (--classes) belong to it.`,
      confirm: '',
    };
  }
  return {
    check: `Check that the tokenizer in ${encoding.feed.tokenizer} is the one this model was trained with, and that texts, labels and class order (--classes) belong to it.`,
    confirm: 'If this is all that the model can do, confirm its tokenizer with --tokenizer FOLDER, and the audit goes on.',
  };
}

/** @throws GibbonError E_PREPROCESSING_UNCLEAR */
export function unclear(tried: readonly Tried[], fit: 'chance' | 'poor', p: Preprocessing): never {
  const best = [...tried].sort((a, b) => b.accuracy - a.accuracy);
  const most = `${(100 * (best[0]?.accuracy ?? 0)).toFixed(0)} %`;
  const what = {
    chance: `the model gets the labels no better than by chance (${most} right)`,
    poor: `the model gets only ${most} of the labels right`,
  }[fit];
  const { check, confirm } = adviceFor(p);
  throw new GibbonError('E_PREPROCESSING_UNCLEAR', tried.length > 1 ? `${what}, whichever usual preprocessing is tried` : what, {
    hint: [
      'A verdict on a misread model would be worthless, so there is none. Tried:',
      ...best.map(({ description, accuracy, n }) => `  ${(100 * accuracy).toFixed(0).padStart(3)} % of ${n}: ${description}`),
      check,
      ...(fit === 'poor' && confirm ? [confirm] : []),
    ].join('\n'),
  });
}
