/** Are the gradients that attacks followed worth anything, or does the model hide them? What is hidden from attacks is not robust. */
import type { Place } from '../../../model/anatomy.ts';
import type { Metric } from '../../../threat/metric.ts';
import type { DetailOf } from '../../details.ts';
import { checklist, EVIDENCE, figuresOf, groundsOf, isBad } from '../../evidence/examine.ts';
import type { Grounds, Item } from '../../evidence/item.ts';
import { SIGNAL_FIGURES, signalsOf } from '../../evidence/signals.ts';
import type { Finding } from '../../finding.ts';
import { defineCheck, type FindingDraft } from '../check.ts';

const TITLES: Readonly<Record<string, string>> = {
  'zero-gradients': 'Some gradients are exactly zero',
  'bad-gradients': 'Some gradients are NaN or infinite',
  'masked-gradients': 'Rounding operators take the gradient away',
  'own-stand-ins': 'The stand-ins that were given lead attacks astray',
  saturation: 'The softmax saturates, and the usual loss loses its gradient',
  'misleading-gradients': 'Gradients lead nowhere',
  'random-answers': 'The same input gets different answers',
  'gradients-beaten': 'An attack without gradients won where gradients failed',
  unbounded: 'An attack that may change everything still fails',
};

function withoutSlopes(norm: Metric): string | undefined {
  if (norm === 'edits') return 'Text is attacked without gradients.';
  return norm === 'l0' ? 'Its probes follow slopes within a norm, and L0 is none.' : undefined;
}

export const gradientMasking = defineCheck({
  ...EVIDENCE,
  id: 'gradient-masking',
  title: 'Its gradients show attackers the way',
  failureTitle: 'It hides its gradients',
  why: 'Attacks that follow gradients find nothing where gradients are hidden, and the model looks robust without being it.',
  tags: ['NIST:NISTAML.022', 'ATLAS:AML.T0042', 'OWASP-ML:ML01', 'EU-AI-ACT:15(5)', 'ISO:24029-1'],
  figures: SIGNAL_FIGURES,
  applies: ({ options }) => withoutSlopes(options.norm),
  run: async (context) => {
    const grounds = await groundsOf(context);
    const signals = signalsOf(grounds);
    const metrics = figuresOf(signals);
    const findings = signals.filter(isBad).map((signal, i) => findingOf(signal, grounds, i === 0));
    const { unsupported } = context.prepared;
    const rest = findings.length === 0 && unsupported.length > 0;
    return {
      metrics,
      findings: unsupported.length > 0 ? [...findings, withoutGradients(unsupported)] : findings,
      details: [checklist('Signs of masked gradients', signals, metrics), ...excerpt(signals.flatMap(({ places = [] }) => places))],
      ...(rest && {
        undecided: `Gibbon has no gradient through ${unsupported.join(', ')}: attacks asked for scores and labels only, and hidden gradients do not matter to those.`,
      }),
    };
  },
});

/** Where nothing withstands, no figure is flattered: then it is a warning for those who use other tools. */
function findingOf({ id, status, text, remedies = [] }: Item, { ran }: Grounds, isFirst: boolean): FindingDraft {
  const { standing } = ran.cross;
  const severity: Finding['severity'] = status === 'fail' && (standing > 0 || id === 'random-answers') ? 'high' : 'medium';
  const harm =
    standing > 0
      ? `${standing} examples withstood the attacks of the plan; how many of them would fall to an attack that knows of this, the audit cannot say.`
      : 'Every example fell to the attacks all the same, so their figures stand.';
  return {
    id,
    severity,
    title: TITLES[id] ?? 'Gradients are masked',
    text,
    ...(isFirst && { meaning: harm }),
    remedies: [...remedies],
    reference: 'Athalye, Carlini, Wagner: Obfuscated gradients give a false sense of security, arXiv:1802.00420',
  };
}

function withoutGradients(unsupported: readonly string[]): FindingDraft {
  return {
    id: 'no-gradients',
    severity: 'low',
    title: 'No gradient attack was possible',
    text: `Gibbon has no gradient through ${unsupported.join(', ')}; only attacks that ask for scores and labels ran.`,
    remedies: ['Judge this model by its black-box figures.', 'Export it without these operators, where it has a form without them.'],
  };
}

/** Nodes on one page. */
const SHOWN = 12;

function excerpt(places: readonly Place[]): DetailOf<'graph'>[] {
  const nodes = [...new Map(places.map((place) => [`${place.op} ${place.name} ${place.outputs}`, place])).values()].slice(0, SHOWN);
  if (nodes.length === 0) return [];
  return [
    {
      kind: 'graph',
      title: 'Where gradients end',
      nodes: nodes.map(({ op, name, inputs, outputs }) => ({
        name,
        type: op,
        inputs: [...inputs],
        outputs: [...outputs],
        suspicious: true,
      })),
    },
  ];
}
