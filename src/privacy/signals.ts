/** What an attacker reads from one answer to guess whether its example was trained on: each signal is larger for likely members. */
import { logSumExp } from './log-probabilities.ts';

export const SIGNALS = ['loss', 'logit', 'confidence', 'entropy', 'modified-entropy'] as const;
export type Signal = (typeof SIGNALS)[number];

export const SIGNAL_NAMES: Readonly<Record<Signal, string>> = {
  loss: 'Loss (Yeom et al., arXiv:1709.01604)',
  logit: 'Logit-scaled confidence (Carlini et al., arXiv:2112.03570)',
  confidence: 'Confidence of the answer',
  entropy: 'Entropy',
  'modified-entropy': 'Modified entropy (Song & Mittal, arXiv:2003.10595)',
};

/** JSON has no infinity; order and ties are kept. */
const finite = (value: number): number => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));

/** x·log x and the like: 0 where the probability is 0. */
const times = (p: number, log: number): number => (p === 0 ? 0 : p * log);

/** @param logs log p of every class */
export function signalsOf(logs: Float64Array, label: number): Record<Signal, number> {
  const own = logs[label] as number;
  const rest = logSumExp(logs.filter((_, i) => i !== label));
  const top = logs.reduce((best, log) => Math.max(best, log), Number.NEGATIVE_INFINITY);
  let [entropy, modified] = [0, -times(Math.exp(rest), own)];
  for (const [i, log] of logs.entries()) {
    const p = Math.exp(log);
    entropy -= times(p, log);
    if (i !== label) modified -= times(p, logOfRest(logs, i));
  }
  return {
    loss: finite(own),
    logit: finite(own === rest ? 0 : own - rest),
    confidence: finite(top),
    entropy: finite(-entropy),
    'modified-entropy': finite(-modified),
  };
}

/** log(1 − p): from the other classes where p is large, since 1 − p then has few digits left. */
function logOfRest(logs: Float64Array, i: number): number {
  const p = Math.exp(logs[i] as number);
  return p < 0.5 ? Math.log1p(-p) : logSumExp(logs.filter((_, j) => j !== i));
}
