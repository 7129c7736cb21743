/** Is a given public network the one that the model was fine-tuned from, by its answers (Wang et al., USENIX Security 2018, section 5.3; He et al., arXiv:2106.12478) and by its file? */
import * as z from 'zod';
import { subset } from '../../../data/subset.ts';
import type { Kinship } from '../../../model/kinship.ts';
import { sizeOf } from '../../../onnx/tensor.ts';
import type { DetailOf } from '../../details.ts';
import { figure, type Metric, share } from '../../metric.ts';
import type { Preset } from '../../presets.ts';
import { kinshipTask } from '../../tasks/kinship.ts';
import { lookAtTeacher } from '../../tasks/look-at-teacher.ts';
import { type TwinReply, twinsTask } from '../../tasks/twins.ts';
import { type CheckContext, defineCheck } from '../check.ts';
import { type Fingerprint, fingerprintOf, NEAR } from './teacher-figures.ts';
import { teacherFindings } from './teacher-findings.ts';

/** Examples, each of which takes two walks on the second model; fewer of large inputs. */
const EXAMPLES: Readonly<Record<Preset, number>> = { quick: 20, standard: 40, thorough: 100 };
const LARGE = 20_000;

const params = z.object({
  layer: z
    .union([z.int().min(1), z.string().min(1)])
    .default(1)
    .describe('where the second model is looked into: how many layers of weights lie behind it, or the name of one of its values'),
  steps: z.int().min(1).default(200).describe('gradient steps on the second model for each picture'),
});

type Context = CheckContext<z.infer<typeof params>>;

export const teacherFingerprint = defineCheck({
  id: 'teacher-fingerprint',
  category: 'confidentiality',
  title: 'Nothing tells that it was fine-tuned from the second model',
  failureTitle: 'It can be told that it was fine-tuned from the second model',
  why: 'Whoever knows the public network behind a fine-tuned one can work on its file: what looks alike behind the layers that were kept gets the same answer.',
  tags: ['NIST:NISTAML.031', 'ATLAS:AML.T0024.002', 'OWASP-ML:ML07', 'EU-AI-ACT:15(5)'],
  figures: ['agreement', 'gap', 'gini', 'giniExamples', 'sharedWeights', 'alikeWeights'],
  needs: ['surrogate'],
  attackers: { goals: ['confidentiality', 'integrity'], access: ['input', 'api', 'model-file'], knowledge: 'labels' },
  modalities: ['image', 'waveform'],
  isSlow: true,
  params,
  run: async (context) => {
    const { options, prepared, once, subject } = context;
    const teacher = await once(lookAtTeacher, { model: options.surrogate as string });
    if (teacher.contents === (prepared.contents ?? prepared.sha256))
      return { notApplicable: 'The second model is the audited one itself.' };
    const kinship = prepared.endpoint ? undefined : await once(kinshipTask, { subject, teacher });
    const replies = await asked(context, teacher);
    const print = fingerprintOf(replies, kinship);
    const findings = teacherFindings(print);
    return {
      metrics: metricsOf(print),
      findings,
      details: kinship ? [weightTable(kinship)] : [],
      ...(findings.length === 0 &&
        print.gap > NEAR && {
          undecided:
            'No picture could be made that the second model takes for another example, so that its answers tell nothing: more steps may help (--set teacher-fingerprint.steps=1000), or a layer further back.',
        }),
    };
  },
});

async function asked(
  { params: { layer, steps }, ...context }: Context,
  teacher: Parameters<typeof twinsTask.run>[0]['teacher'],
): Promise<TwinReply[]> {
  const { options, prepared, subject, rows, reporter, model } = context;
  const { labels } = prepared;
  const n = sizeOf(prepared.preprocessing.shape) > LARGE ? EXAMPLES.quick : EXAMPLES[options.preset];
  const chosen = subset({ length: labels.length, labels: Int32Array.from(labels) }, { n: Math.min(n, labels.length), seed: options.seed });
  reporter.phase(`${model.name}: pictures that the second model takes for others`, chosen.length);
  const items = chosen.map((index) => ({ index, label: labels[index] as number }));
  const found = await rows(twinsTask, { subject, teacher, layer, steps }, items);
  return items.map(({ index }) => found.get(index) as TwinReply);
}

function metricsOf({ agreement, chance, gap, gini, weights }: Fingerprint): Record<string, Metric> {
  const n = agreement.n;
  const mean = (value: number, label: string, method: string, baseline?: number): Metric =>
    figure(value, { label, better: 'higher', unit: 'number', n, method, baseline });
  const part = (value: number, label: string, method: string): Metric => figure(value, { label, better: 'lower', unit: 'share', method });
  return {
    agreement: share(agreement, { label: "Twins with their example's label", better: 'lower', baseline: chance }),
    gap: figure(gap, {
      label: 'Distance that twins kept',
      better: null,
      unit: 'ratio',
      n,
      method: 'mean over examples, in parts of the values of the layer',
    }),
    ...(gini && {
      gini: mean(gini.blank, 'Gini coefficient where the second model sees nothing', 'mean over pictures', gini.examples),
      giniExamples: mean(gini.examples, 'Gini coefficient on examples', 'mean over examples'),
    }),
    ...(weights && {
      sharedWeights: part(weights.same, 'Weights that are those of the second model', 'counted over matrices and kernels'),
      alikeWeights: part(weights.alike, 'Weights that point its way', 'counted over matrices and kernels whose cosine is at least 0.5'),
    }),
  };
}

/** Rows of the table. */
const MOST_ROWS = 40;

function weightTable({ pairs }: Kinship): DetailOf<'table'> {
  return {
    kind: 'table',
    title: 'Matrices and kernels beside those of the second model',
    columns: [{ name: 'Weights' }, { name: 'Shape' }, { name: 'The same' }, { name: 'Cosine', unit: 'number' }],
    rows: pairs.slice(0, MOST_ROWS).map(({ name, shape, isSame, cosine }) => [name, shape.join('×'), isSame ? 'yes' : 'no', cosine]),
  };
}
