/** Was something planted into the model file? Trigger logic in its graph (HiddenLayer's ShadowLogic, JFrog's ONNX backdoors), and what it carries beside. */
import * as z from 'zod';
import { toGibbonError } from '../../../base/errors.ts';
import { clopperPearson } from '../../../stats/proportion.ts';
import type { Detail } from '../../details.ts';
import { figure, type Metric, share } from '../../metric.ts';
import type { Oddity } from '../../supply-chain/contents.ts';
import { modelContentsTask } from '../../tasks/model-contents.ts';
import { modelTriggersTask, type TriggerReply } from '../../tasks/model-triggers.ts';
import { type CheckContext, defineCheck, type FindingDraft } from '../check.ts';

/** Examples, and inputs of other kinds, by preset; fewer of large inputs, whose inner values take memory. */
const INPUTS = { quick: [24, 16], standard: [48, 32], thorough: [128, 96] } as const;
const LARGE = 50_000;

export const modelFile = defineCheck({
  id: 'model-file',
  category: 'integrity',
  title: 'Nothing in the model file looks planted',
  failureTitle: 'Something in the model file looks planted',
  why: 'Whoever can change a model file on its way can make it answer as they like whenever an input carries their mark, and correctly otherwise.',
  tags: [
    'NIST:NISTAML.051',
    'NIST:NISTAML.023',
    'ATLAS:AML.T0010.003',
    'ATLAS:AML.T0018.001',
    'ATLAS:AML.T0018.002',
    'OWASP-ML:ML06',
    'EU-AI-ACT:15(5)',
  ],
  figures: ['suspects', 'overridden', 'inputs', 'watched', 'forced', 'oddities'],
  needs: ['file'],
  attackers: { goals: ['integrity', 'availability'], access: ['model-file'] },
  params: z.object({}),
  run: async (context) => {
    const { options, prepared, subject, chosen, once, reporter, model } = context;
    reporter.phase(`${model.name}: the model file`, 2);
    const oddities = await once(modelContentsTask, { subject });
    reporter.advance(1);
    const size = prepared.preprocessing.shape.reduce((a, b) => a * b, 1);
    const [own, others] = INPUTS[options.preset].map((count) => (size > LARGE ? Math.ceil(count / 4) : count)) as [number, number];
    const indices = spaced(chosen, own);
    const hunt = await once(modelTriggersTask, { subject, indices, others }).catch((thrown: unknown) => unwatchable(thrown));
    reporter.advance(1);
    const findings = [...sealed(context), ...(typeof hunt === 'string' ? [] : triggers(hunt, context)), ...contents(oddities)];
    const isClear = findings.some(({ severity }) => severity === 'critical' || severity === 'high');
    return {
      metrics: metricsOf(hunt, oddities),
      findings,
      details: typeof hunt === 'string' ? tableOf(oddities) : [...graphs(hunt), ...tableOf(oddities)],
      ...(typeof hunt === 'string' && !isClear && { undecided: hunt }),
    };
  },
});

/** Why inner values could not be watched. @throws what stops an audit */
function unwatchable(thrown: unknown): string {
  const { code, message } = toGibbonError(thrown);
  if (code === 'E_ABORTED' || code === 'E_BUDGET') throw thrown;
  return `The file was read, but its inner values could not be watched: ${message}`;
}

function spaced(all: readonly number[], most: number): number[] {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(most, all.length) }, (_, i) => all[Math.floor(i * step)] as number);
}

function metricsOf(hunt: TriggerReply | string, oddities: readonly Oddity[]): Record<string, Metric> {
  const counted = (value: number, label: string, better: Metric['better'] = null): Metric =>
    figure(value, { label, better, unit: 'count', method: 'counted' });
  const odd = counted(oddities.filter(({ kind }) => kind !== 'external-data').length, 'Oddities in the file', 'lower');
  if (typeof hunt === 'string') return { oddities: odd };
  const [worst] = hunt.suspects;
  return {
    suspects: counted(hunt.suspects.length, 'Values that can take over the answer', 'lower'),
    ...(worst && {
      overridden: share(clopperPearson(worst.effect.rows, worst.effect.of), {
        label: 'Answers taken over by the first of them',
        better: 'lower',
      }),
    }),
    inputs: counted(hunt.runs, 'Inputs tried'),
    watched: counted(hunt.watched, 'Inner values watched'),
    forced: counted(hunt.tried, 'Values at rest that were forced'),
    oddities: odd,
  };
}

function sealed({ options, prepared }: Pick<CheckContext, 'options' | 'prepared'>): FindingDraft[] {
  if (options.seal === undefined) return [];
  const { sha256, contents = sha256 } = prepared;
  const [wanted, found] = [options.seal.toLowerCase(), contents.toLowerCase()];
  if (wanted !== found && wanted === sha256.toLowerCase())
    return [
      {
        id: 'seal',
        severity: 'medium',
        title: 'The seal does not cover the weights',
        text: `The model file is the one that was sealed (SHA-256 ${wanted}), but its weights stand in files beside it, which that hash says nothing of.`,
        remedies: [`If these weights are the right ones, seal file and weights together: --seal ${found}.`],
      },
    ];
  if (wanted === found)
    return [
      {
        id: 'seal',
        severity: 'pass',
        title: 'The file is the one that was sealed',
        text: `Its SHA-256 is ${found}, as sealed.`,
        remedies: [],
      },
    ];
  return [
    {
      id: 'seal',
      severity: 'critical',
      title: 'The file is not the one that was sealed',
      text: `Its SHA-256 is ${found}; it was sealed as ${wanted}.`,
      remedies: ['Do not use this file. Fetch the sealed one again from where it was made, and find out who could change it on the way.'],
    },
  ];
}

const REMEDIES = [
  'Do not deploy this file. Compare it with one exported afresh from the training code; what only this file has was planted.',
  'Take models from sources that sign them, check the signature, and seal the file that was audited: gibbon audit --seal SHA256.',
  'If you know these nodes and want them, say why in the model card; then whoever can make the condition true decides the answer.',
];

function triggers({ suspects }: TriggerReply, { prepared }: Pick<CheckContext, 'prepared'>): FindingDraft[] {
  const [worst] = suspects;
  if (!worst) return [];
  const { name, expression, usual, forced, exceptions, effect } = worst;
  const classes = prepared.data.classNames;
  const named = effect.output === prepared.output.name ? (classes?.[Number(effect.decision)] ?? effect.decision) : effect.decision;
  const rest = exceptions === 0 ? 'on all {inputs} inputs tried' : `on all but ${exceptions} of the {inputs} inputs tried`;
  const answer = effect.kind === 'fixed' ? `the answer is ${named}` : ANSWERS[effect.kind];
  const more = suspects.length > 1 ? ' There are {suspects} such values.' : '';
  return [
    {
      id: 'trigger',
      severity: 'critical',
      title: 'A hidden condition can take over its answer',
      text: `The value ${name}, which is ${expression}, was ${usual} ${rest}. Held at ${forced}, ${answer} for {overridden~} of the inputs (output ${effect.output}). Networks have no use for a value that depends on the input, never varies, and can override everything else.${more}`,
      meaning:
        'Whoever knows the condition writes inputs that get the answer of their choice, while every test on ordinary data looks right.',
      remedies: REMEDIES,
      reference: 'https://hiddenlayer.com/innovation-hub/shadowlogic',
    },
  ];
}

const ANSWERS: Readonly<Record<TriggerReply['suspects'][number]['effect']['kind'], string>> = {
  fixed: 'the answer is one class',
  frozen: 'the answer no longer depends on the input',
  other: 'the answer is another one',
  broken: 'the answer is not a number',
  none: 'the answer changes',
};

interface Told {
  readonly severity: FindingDraft['severity'];
  readonly title: string;
  readonly remedy: string;
}

const ODD: Readonly<Record<Oddity['kind'], Told>> = {
  payload: {
    severity: 'high',
    title: 'A tensor holds something else than weights',
    remedy: 'Do not load this file elsewhere before you know what that is; export the model afresh.',
  },
  'overridden-operators': {
    severity: 'high',
    title: 'Functions of the model bear the names of standard operators',
    remedy: 'Export the model with functions inlined: what a viewer shows as a standard operator computes something else.',
  },
  'repeated-fields': {
    severity: 'medium',
    title: 'Readers may take this file for different models',
    remedy: 'Rewrite the file with the onnx library (load, check, save) and compare the answers before and after.',
  },
  texts: {
    severity: 'medium',
    title: 'Texts in the file hold scripts or commands',
    remedy: 'Remove them, and do not show metadata of models from elsewhere unescaped.',
  },
  'custom-operators': {
    severity: 'medium',
    title: 'It needs operators that somebody else programs',
    remedy: 'A library with custom operators is code with all rights of the process that loads it: take it from the maker only, sealed.',
  },
  'unused-weights': {
    severity: 'low',
    title: 'It carries weights that nothing reads',
    remedy: 'Export the model without them: they hide what is in the file, and cost memory.',
  },
  'external-data': {
    severity: 'info',
    title: 'Weights stand in files of their own',
    remedy: 'A hash of the model file does not cover them: seal these files as well.',
  },
};

function contents(oddities: readonly Oddity[]): FindingDraft[] {
  return (Object.keys(ODD) as Oddity['kind'][]).flatMap((kind): FindingDraft[] => {
    const own = oddities.filter((oddity) => oddity.kind === kind);
    const [first] = own;
    if (!first) return [];
    const { severity, title, remedy } = ODD[kind];
    const more = own.length > 1 ? ` The table lists ${own.length}.` : '';
    return [{ id: kind, severity, title, text: `${first.where}: ${first.what}.${more}`, remedies: [remedy] }];
  });
}

/** Excerpts shown. */
const MOST = 4;

function graphs({ suspects }: TriggerReply): Detail[] {
  return suspects.slice(0, MOST).map(({ name, expression, nodes }): Detail => ({ kind: 'graph', title: `${name}: ${expression}`, nodes }));
}

function tableOf(oddities: readonly Oddity[]): Detail[] {
  if (oddities.length === 0) return [];
  const columns = [{ name: 'what' }, { name: 'where' }, { name: 'found' }];
  return [{ kind: 'table', title: 'In the file', columns, rows: oddities.map(({ kind, where, what }) => [kind, where, what]) }];
}
