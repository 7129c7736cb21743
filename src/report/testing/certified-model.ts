/** A made-up model that certificates alone tell of. */
import type { CertifiedSample } from '../../audit/certificates/result.ts';
import type { ModelResult, Proportion } from '../../audit/result.ts';
import { proportionOf } from './proportion-of.ts';
import { type SampleOptions, sampleModel } from './sample-result.ts';

/** No attacks of an audit ran: of every four examples two are proved, one is broken, one is open. */
export function certifiedModel(options: SampleOptions = {}): ModelResult {
  const model = sampleModel({ broken: 0, pictures: 0, ...options });
  const samples = model.samples.map(({ index, label, clean }, i): CertifiedSample => {
    const status = clean.label !== label ? 'misclassified' : (['certified', 'certified', 'attacked', 'undecided'] as const)[i % 4];
    const lower = status === 'certified' ? 0.1 : status === 'undecided' ? 0.07 : 0;
    const tried = { method: 'crown', margin: null, obstacle: null, seconds: 0.1 };
    return { index, status: status ?? 'undecided', lower, upper: status === 'attacked' ? 0.09 : null, ...tried };
  });
  const share = (wanted: CertifiedSample['status']): Proportion =>
    proportionOf(samples.filter(({ status }) => status === wanted).length, samples.length);
  const none = { robustAccuracy: proportionOf(0, 0), robustAccuracy8bit: null, noiseAccuracy: null, certifiedAccuracy: share('certified') };
  return {
    ...model,
    summary: { ...model.summary, ...none, verdict: 'undecided', headline: 'Undecided.' },
    attacks: [],
    curve: [],
    certificates: {
      of: 'model',
      method: 'auto',
      norm: 'linf',
      epsilon: 0.1,
      epsilonText: '0.1',
      budget: 10,
      deployment: { runtime: 'onnxruntime-node', version: '1.30.0', provider: 'cpu', optimisation: 'all', arithmetic: 'float32' },
      certified: share('certified'),
      attacked: share('attacked'),
      undecided: share('undecided'),
      curve: [],
      samples,
    },
  };
}
