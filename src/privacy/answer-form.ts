/** What form a model's answers have: labels, the best few classes, probabilities or raw scores, and with how many digits. */

export const FORMS = ['labels', 'top-k', 'probabilities', 'log-probabilities', 'scores'] as const;
export type Form = (typeof FORMS)[number];

export interface AnswerForm {
  readonly form: Form;
  /** Numbers of an answer. */
  readonly numbers: number;
  /** Most classes of an answer that are not 0. */
  readonly shown: number;
  /** Decimal places that all numbers keep to; null where they have the digits of a float32. */
  readonly decimals: number | null;
}

/** Sums of rounded probabilities are off by up to half a last digit for each class. */
const SUM_ERROR = 0.01;
const MOST_DECIMALS = 5;

export function formOf(answers: readonly Float32Array[]): AnswerForm {
  const numbers = answers[0]?.length ?? 0;
  const shown = answers.reduce(
    (most, answer) =>
      Math.max(
        most,
        answer.reduce((count, v) => count + (v === 0 ? 0 : 1), 0),
      ),
    0,
  );
  return { form: kindOf(answers, numbers, shown), numbers, shown, decimals: decimalsOf(answers) };
}

function kindOf(answers: readonly Float32Array[], numbers: number, shown: number): Form {
  const all = (holds: (answer: Float32Array) => boolean): boolean => answers.every(holds);
  const sum = (answer: Float32Array): number => answer.reduce((total, v) => total + v, 0);
  if (numbers > 1 && all((answer) => answer.every((v) => v === 0 || v === 1) && sum(answer) === 1)) return 'labels';
  const inRange = all((answer) => answer.every((v) => v >= 0 && v <= 1));
  if (numbers === 1) return inRange ? 'probabilities' : 'scores';
  if (inRange && shown < numbers && shown <= Math.max(1, numbers / 2) && all((answer) => sum(answer) <= 1 + SUM_ERROR)) return 'top-k';
  if (inRange && all((answer) => Math.abs(sum(answer) - 1) <= SUM_ERROR)) return 'probabilities';
  if (all((answer) => answer.every((v) => v <= 1e-6) && Math.abs(sum(answer.map(Math.exp)) - 1) <= SUM_ERROR)) return 'log-probabilities';
  return 'scores';
}

/** The fewest decimal places that every number has, to the precision of a float32. */
function decimalsOf(answers: readonly Float32Array[]): number | null {
  for (let d = 0; d <= MOST_DECIMALS; d++) {
    const scale = 10 ** d;
    const keeps = (v: number): boolean => Math.abs(v * scale - Math.round(v * scale)) <= Math.abs(v * scale) * 2 ** -23 + 1e-12;
    if (answers.every((answer) => answer.every(keeps))) return d;
  }
  return null;
}

/** Bits that one answer can carry at most: the logarithm of how many different answers there are. */
export function bitsOf({ form, shown }: Pick<AnswerForm, 'form' | 'shown'>, classes: number, decimals: number | null): number {
  if (form === 'labels') return Math.log2(classes);
  const binary = classes === 2;
  const numbers = form === 'scores' ? (binary ? 1 : classes) : classes - 1;
  if (form === 'top-k') return log2Choose(classes, shown) + shown * (decimals === null ? 32 : Math.log2(10 ** decimals + 1));
  if (decimals === null || form === 'scores') return numbers * 32;
  // Points of a grid on the simplex: how many ways to share out 10^d units among the classes.
  return log2Choose(10 ** decimals + classes - 1, classes - 1);
}

function log2Choose(n: number, k: number): number {
  let bits = 0;
  for (let i = 1; i <= k; i++) bits += Math.log2((n - k + i) / i);
  return bits;
}
