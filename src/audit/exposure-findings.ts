/** What answers and file give away, as findings for the threat model's attacker. Limits stand in docs/checks/output-exposure.md. */
import { sees, type ThreatModel } from '../threat/threat-model.ts';
import type { FindingDraft } from './checks/check.ts';
import type { ExposureData } from './exposure-data.ts';

export interface Told {
  readonly data: ExposureData;
  readonly threat: ThreatModel;
  /** Numbers of an input. */
  readonly size: number;
  readonly classes: number;
}

/** Whoever has the weights needs no answers for them; whoever gets labels sees no scores. */
export const onlyAsks = ({ knowledge }: ThreatModel): boolean => knowledge.model === 'scores';
const hasFile = ({ access, knowledge }: ThreatModel): boolean => access.includes('model-file') || knowledge.model === 'gradients';

export function exposureFindings(told: Told): FindingDraft[] {
  return [secrets(told), traces(told), stored(told), linear(told), rank(told), layers(told), scores(told)].filter(
    (finding): finding is FindingDraft => finding !== undefined,
  );
}

function secrets({ data: { seen } }: Told): FindingDraft | undefined {
  const found = seen.traces.filter(({ kind }) => kind === 'secret');
  if (found.length === 0) return undefined;
  return {
    id: 'secrets',
    severity: 'high',
    title: 'The file holds what looks like a key',
    text: `${found.map(({ where, text }) => `${text} (${where})`).join(', ')}. Whoever gets the file has it.`,
    remedies: ['Revoke the key now, then export the model again without it.'],
  };
}

function traces({ data: { seen } }: Told): FindingDraft | undefined {
  const found = seen.traces.filter(({ kind }) => kind !== 'secret');
  if (found.length === 0) return undefined;
  return {
    id: 'traces',
    severity: 'low',
    title: 'The file names people or machines',
    text: `${found
      .slice(0, 5)
      .map(({ kind, where, text }) => `${kind} ${text} (${where})`)
      .join('; ')}${found.length > 5 ? `; ${found.length} in all` : ''}.`,
    remedies: ['Strip documentation and metadata before the file leaves the house, and export from a neutral path.'],
  };
}

function stored({ data: { seen }, threat }: Told): FindingDraft | undefined {
  const rows = seen.stored.reduce((sum, one) => sum + one.rows, 0);
  if (rows === 0) return undefined;
  return {
    id: 'stored-rows',
    severity: hasFile(threat) ? 'medium' : 'low',
    title: 'The file holds training examples as they are',
    text: `${seen.stored.map(({ how, node, rows: count }) => `${count} ${how === 'neighbours' ? 'neighbours to compare with' : how} in the node ${node}`).join(', ')}: rows of the training data, scaled as the model wants them.`,
    meaning: 'Whoever gets the file reads these records; no attack is needed.',
    remedies: ['Do not give the file away, or train a model that keeps no examples (a linear model, trees, a network).'],
  };
}

function linear({ data: { seen }, threat, size }: Told): FindingDraft | undefined {
  if (!seen.isLinear || seen.form === 'labels') return undefined;
  return {
    id: 'linear',
    severity: onlyAsks(threat) ? 'medium' : 'info',
    title: 'A few answers give the whole model away',
    text: `It is a linear function of ${size} numbers with a softmax or sigmoid behind: {unknownWeights} unknown weights, and each answer gives {equations} equations. {extractionQueries} answers to inputs of the attacker’s choice are enough to solve for all of them (Tramèr et al., arXiv:1609.02943).`,
    remedies: ['Return labels, or probabilities rounded to two decimals; count questions per user.', 'Treat the weights as public.'],
    reference: 'arXiv:1609.02943',
  };
}

function rank({ data: { seen }, threat }: Told): FindingDraft | undefined {
  const { found, full } = seen.rank;
  if (found === null || found >= full || found === 0) return undefined;
  return {
    id: 'hidden-width',
    severity: onlyAsks(threat) ? 'medium' : 'info',
    title: 'Its scores show the width of the layer before them',
    text: `The scores of ${seen.n} examples over ${full + 1} classes have rank {scoreRank}: so many numbers enter the last layer. The same answers give that layer’s weights up to a change of coordinates (Carlini et al., arXiv:2403.06634).`,
    remedies: ['Return the best few classes, or probabilities rounded to two decimals.', 'Do not let users shift scores (logit bias).'],
    reference: 'arXiv:2403.06634',
  };
}

function layers({ data: { seen }, threat }: Told): FindingDraft | undefined {
  const floats = seen.outputs.filter(({ isFloat }) => isFloat);
  if (floats.length === 0) return undefined;
  const listed = floats.slice(0, 5).map(({ name, shape }) => `${name} [${shape?.join(', ') ?? '?'}]`);
  return {
    id: 'more-outputs',
    severity: onlyAsks(threat) ? 'low' : 'info',
    title: 'It puts out more than its answer',
    text: `Beside the answer the file has the outputs ${listed.join(', ')}${floats.length > 5 ? ` (${floats.length} in all)` : ''}. Inner layers make copying the model and reconstructing its inputs easier.`,
    remedies: ['Export without them, or do not pass them on.'],
  };
}

function scores({ data: { seen, rounded }, threat, classes }: Told): FindingDraft | undefined {
  if (seen.form === 'labels' || !sees(threat.knowledge.model, 'scores')) return undefined;
  if (seen.decimals !== null && seen.decimals <= 2) return undefined;
  const two = rounded.find(({ rounding }) => rounding === 2);
  const kept = two ? ' With probabilities rounded to two decimals {decisions@decimals=2} of its decisions stay the same.' : '';
  const what = seen.form === 'scores' ? 'raw scores' : seen.form === 'top-k' ? 'the best few probabilities' : 'probabilities';
  return {
    id: 'full-scores',
    severity: onlyAsks(threat) ? 'low' : 'info',
    title: 'Its answers say more than the decision',
    text: `It gives ${what} for ${classes} classes ${seen.decimals === null ? 'with all digits of a float32' : 'with {decimals} decimals'}: up to {bits} bits for each question, where the decision has {labelBits}.${kept} Attacks that read scores (Square, arXiv:1912.00049) and copies that learn from them (Knockoff, arXiv:1812.02766) need far fewer questions than from labels.`,
    remedies: [
      'Return the label, or the best class with its probability rounded to two decimals: see the table for what that costs and what it hides.',
      'Count and limit questions per user.',
    ],
  };
}
