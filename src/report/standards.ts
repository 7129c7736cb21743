/** The standards that findings cite: what their ids mean, and whether we read that in the document itself. */

export interface Entry {
  readonly id: string;
  readonly name: string;
}

export interface Framework {
  /** What stands before the colon of a tag. */
  readonly prefix: string;
  readonly name: string;
  /** What is known of the source of these names; shown beside the table. */
  readonly source: string;
  readonly isVerified: boolean;
  readonly entries: readonly Entry[];
  /** Are these all entries that concern a classifier? Then those without a check are named. */
  readonly isComplete: boolean;
}

const entries = (rows: readonly (readonly [id: string, name: string])[]): Entry[] => rows.map(([id, name]) => ({ id, name }));

export const FRAMEWORKS: readonly Framework[] = [
  {
    prefix: 'NIST',
    name: 'NIST AI 100-2 E2025',
    source: 'Ids as third parties reproduce the index of the report; not yet compared with the report itself.',
    isVerified: false,
    isComplete: true,
    entries: entries([
      ['NISTAML.011', 'Model poisoning (availability)'],
      ['NISTAML.012', 'Clean-label poisoning (availability)'],
      ['NISTAML.013', 'Data poisoning (availability)'],
      ['NISTAML.014', 'Energy-latency attacks'],
      ['NISTAML.021', 'Clean-label backdoor'],
      ['NISTAML.022', 'Evasion'],
      ['NISTAML.023', 'Backdoor poisoning'],
      ['NISTAML.024', 'Targeted poisoning'],
      ['NISTAML.025', 'Black-box evasion'],
      ['NISTAML.026', 'Model poisoning (integrity)'],
      ['NISTAML.031', 'Model extraction'],
      ['NISTAML.032', 'Reconstruction'],
      ['NISTAML.033', 'Membership inference'],
      ['NISTAML.034', 'Property inference'],
      ['NISTAML.051', 'Model poisoning (supply chain)'],
    ]),
  },
  {
    prefix: 'ATLAS',
    name: 'MITRE ATLAS 5.6.0',
    source: 'Names as in the published data of version 5.6.0.',
    isVerified: true,
    isComplete: false,
    entries: entries([
      ['AML.T0005', 'Create Proxy Model'],
      ['AML.T0010.002', 'AI Supply Chain Compromise: Data'],
      ['AML.T0010.003', 'AI Supply Chain Compromise: Model'],
      ['AML.T0015', 'Evade AI Model'],
      ['AML.T0018', 'Manipulate AI Model'],
      ['AML.T0018.000', 'Manipulate AI Model: Poison AI Model'],
      ['AML.T0018.001', 'Manipulate AI Model: Modify Architecture'],
      ['AML.T0018.002', 'Manipulate AI Model: Embed Malware'],
      ['AML.T0019', 'Publish Poisoned Datasets'],
      ['AML.T0020', 'Poison Training Data'],
      ['AML.T0024.000', 'Infer Training Data Membership'],
      ['AML.T0024.001', 'Invert AI Model'],
      ['AML.T0024.002', 'Extract AI Model'],
      ['AML.T0029', 'Denial of AI Service'],
      ['AML.T0031', 'Erode AI Model Integrity'],
      ['AML.T0034', 'Cost Harvesting'],
      ['AML.T0034.000', 'Cost Harvesting: Excessive Queries'],
      ['AML.T0034.001', 'Cost Harvesting: Resource-Intensive Queries'],
      ['AML.T0042', 'Verify Attack'],
      ['AML.T0043', 'Craft Adversarial Data'],
      ['AML.T0043.000', 'Craft Adversarial Data: White-Box Optimization'],
      ['AML.T0043.001', 'Craft Adversarial Data: Black-Box Optimization'],
      ['AML.T0043.002', 'Craft Adversarial Data: Black-Box Transfer'],
      ['AML.T0043.003', 'Craft Adversarial Data: Manual Modification'],
      ['AML.T0043.004', 'Craft Adversarial Data: Insert Backdoor Trigger'],
      ['AML.T0046', 'Spamming AI System with Chaff Data'],
      ['AML.T0048', 'External Harms'],
      ['AML.T0059', 'Erode Dataset Integrity'],
    ]),
  },
  {
    prefix: 'OWASP-ML',
    name: 'OWASP Machine Learning Security Top 10 (2023)',
    source: 'Names as in the project’s index.',
    isVerified: true,
    isComplete: true,
    entries: entries([
      ['ML01', 'Input Manipulation'],
      ['ML02', 'Data Poisoning'],
      ['ML03', 'Model Inversion'],
      ['ML04', 'Membership Inference'],
      ['ML05', 'Model Theft'],
      ['ML06', 'AI Supply Chain'],
      ['ML07', 'Transfer Learning'],
      ['ML08', 'Model Skewing'],
      ['ML09', 'Output Integrity'],
      ['ML10', 'Model Poisoning'],
    ]),
  },
  {
    prefix: 'EU-AI-ACT',
    name: 'EU AI Act, Regulation (EU) 2024/1689, Article 15',
    source:
      'Contents as secondary sources give them; not yet compared with the official text. Whether and when they apply to a system is for a lawyer to say.',
    isVerified: false,
    isComplete: false,
    entries: entries([
      ['10', 'Data and data governance'],
      ['10(2)(f)', 'Examination for possible biases'],
      ['10(2)(g)', 'Measures against biases'],
      ['15', 'Accuracy, robustness and cybersecurity'],
      ['15(1)', 'Appropriate level of accuracy, robustness and cybersecurity'],
      ['15(3)', 'Accuracy metrics declared in the instructions for use'],
      ['15(4)', 'Resilience against errors and faults, fail-safe plans'],
      ['15(5)', 'Resilience against attacks: poisoning, adversarial examples, attacks on confidentiality, model flaws'],
    ]),
  },
  {
    prefix: 'ISO',
    name: 'ISO/IEC 24029 and related standards',
    source: 'Titles only; the standards themselves were not read.',
    isVerified: false,
    isComplete: false,
    entries: entries([
      ['24029-1', 'Robustness of neural networks, part 1: overview'],
      ['24029-2', 'Robustness of neural networks, part 2: formal methods'],
      ['24029-3', 'Robustness of neural networks, part 3: statistical methods (draft)'],
      ['24027', 'Bias in AI systems and AI-aided decision making'],
      ['5259', 'Data quality for analytics and machine learning'],
    ]),
  },
];

/** A tag such as "NIST:NISTAML.022" in its parts; null where it names no framework that we know. */
export function parseTag(tag: string): { framework: Framework; id: string; name: string | null } | null {
  const colon = tag.indexOf(':');
  const framework = FRAMEWORKS.find(({ prefix }) => prefix === tag.slice(0, colon));
  if (framework === undefined) return null;
  const id = tag.slice(colon + 1);
  return { framework, id, name: framework.entries.find((entry) => entry.id === id)?.name ?? null };
}

/** The entries of a framework that some of these tags name, in the framework's order, then unknown ids by name. */
export function citedEntries(framework: Framework, tags: readonly string[]): { id: string; name: string | null }[] {
  const ids = new Set(tags.flatMap((tag) => (tag.startsWith(`${framework.prefix}:`) ? [tag.slice(framework.prefix.length + 1)] : [])));
  const known = framework.entries.filter(({ id }) => ids.delete(id));
  return [...known, ...[...ids].sort().map((id) => ({ id, name: null }))];
}
