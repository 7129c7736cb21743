/** On how many examples is it proved that no change within epsilon turns the decision: the lower side of robust accuracy, beside what attacks broke. */
import { keyedRng } from '../../../rng/rng.ts';
import { isNorm } from '../../../threat/metric.ts';
import { certificateDetails } from '../../certificates/details.ts';
import { certificateFindings, undecidedBecause } from '../../certificates/findings.ts';
import { certificateMetrics } from '../../certificates/metrics.ts';
import { type CertifyParams, certifyParams } from '../../certificates/params.ts';
import { type ProvedSamples, proveSamples } from '../../certificates/prove-samples.ts';
import { smoothSamples } from '../../certificates/smooth-samples.ts';
import type { Chosen } from '../../certificates/summarise.ts';
import { lookAtBounds } from '../../tasks/look-at-bounds.ts';
import { type CheckContext, defineCheck } from '../check.ts';

/** Six are the fewest of which most can be shown to be proved, or broken. */
const EXAMPLES = { quick: 6, standard: 6, thorough: 100 } as const;

export const certifiedRobustness = defineCheck({
  id: 'certified-robustness',
  category: 'integrity',
  title: 'That small perturbations do not change its decision is proved for most examples',
  failureTitle: 'That small perturbations do not change its decision is proved for few examples',
  why: 'An attack that finds nothing proves nothing: only a certificate says that there is nothing to be found.',
  tags: ['NIST:NISTAML.022', 'EU-AI-ACT:15(5)', 'ISO:24029-1'],
  figures: ['certifiedAccuracy', 'attackedShare', 'undecidedShare', 'leastRadius', 'medianRadius', 'meanRadius'],
  needs: ['file'],
  attackers: { goals: ['integrity'], access: ['scene', 'sensor', 'input', 'api'] },
  isSlow: true,
  attacks: (_, { attacks, method }) => !attacks && method !== 'smoothing',
  params: certifyParams,
  applies: ({ options, prepared }) => {
    if (prepared.preprocessing.modality === 'text') return 'Texts change by whole characters: there are no bounds of that yet.';
    return isNorm(options.norm) ? undefined : `There are no certificates in ${options.norm}.`;
  },
  run: async (context) => {
    const chosen = await chosenFrom(context);
    if (!chosen.some(({ isCorrect }) => isCorrect)) return { undecided: 'It classifies no example correctly: there is nothing to prove.' };
    const isSmoothed = context.params.method === 'smoothing';
    const missing = isSmoothed ? undefined : await missingBounds(context);
    if (missing !== undefined) return { notApplicable: missing };
    const { certificates, broken } = await (isSmoothed ? smoothed(context, chosen) : proveSamples(context, chosen));
    const { classNames } = context.prepared.data;
    const ids = new Map((await context.artifacts.clean()).map(({ index, id }) => [index, id]));
    const undecided = undecidedBecause(certificates);
    return {
      metrics: certificateMetrics(certificates),
      findings: certificateFindings(certificates),
      details: certificateDetails(certificates, { classNames, nameOf: (index) => ids.get(index) ?? String(index) }),
      certificates,
      ...(broken && { broken }),
      ...(undecided !== undefined && { undecided }),
    };
  },
});

const smoothed = async (
  context: CheckContext<CertifyParams>,
  chosen: readonly Chosen[],
): Promise<Partial<ProvedSamples> & Pick<ProvedSamples, 'certificates'>> => ({
  certificates: await smoothSamples(context, chosen),
});

async function chosenFrom({ artifacts, options, params: { examples }, prepared }: CheckContext<CertifyParams>): Promise<Chosen[]> {
  const clean = await artifacts.clean();
  return keyedRng(options.seed, 'certify')
    .shuffle(clean)
    .slice(0, examples ?? EXAMPLES[options.preset])
    .sort((a, b) => a.index - b.index)
    .map(({ index, label }) => ({ index, isCorrect: label === prepared.labels[index] }));
}

async function missingBounds({ once, subject, params, reporter, model }: CheckContext<CertifyParams>): Promise<string | undefined> {
  reporter.phase(`${model.name}: bounds`, 1);
  const { missing, hint, neurons } = await once(lookAtBounds, { subject });
  if (missing !== null) return [`Nothing can be proved of it: ${missing}.`, ...(hint === undefined ? [] : [hint])].join(' ');
  if (neurons <= params.neurons) return undefined;
  return `${neurons} values would have to be bounded for each example, which takes too long here. \`gibbon certify\` takes its time.`;
}
