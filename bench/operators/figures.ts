/** The suite's figures as a page of Markdown: by reason, by operator. */
import type { Verdict } from './verdict.ts';

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

/** Counts by key, the most frequent first. */
function tally(keys: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** What messages of one kind have in common. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/depends? on (the )?data/, 'its shape depends on the data'],
  [/training mode|chance|random/i, 'it draws random numbers, or is in training mode'],
  [
    /element type|which no core operator computes|quantisation to \w+ is not read|constants of the model cannot be computed/,
    'element types that the core does not compute',
  ],
];

/** The reason of a case that does not apply, without names. */
export function reasonKind({ reason }: Verdict): string {
  const through = /^no gradient through (.*)$/.exec(reason)?.[1];
  if (through)
    return `no lowering: ${[...new Set([...through.matchAll(/\(((?:[^()]|\([^()]*\))*)\)/g)].map((match) => match[1]))].join('; ')}`;
  return KINDS.find(([pattern]) => pattern.test(reason))?.[1] ?? reason;
}

const of = (verdicts: readonly Verdict[], outcome: Verdict['outcome']): Verdict[] =>
  verdicts.filter((verdict) => verdict.outcome === outcome);

function byOperator(verdicts: readonly Verdict[]): string {
  const names = [...new Set(verdicts.map(({ operator }) => operator))].sort();
  const rows = names.map((name) => {
    const own = verdicts.filter(({ operator }) => operator === name);
    const gradients = tally(own.filter(({ gradient }) => gradient.outcome !== 'not applicable').map(({ gradient }) => gradient.outcome));
    const why = tally(of(own, 'not applicable').map(reasonKind)).map(([kind, n]) => `${n}: ${kind}`);
    return [
      name,
      own.length,
      of(own, 'passed').length,
      of(own, 'failed').length,
      of(own, 'not applicable').length,
      gradients.map(([outcome, n]) => `${n} ${outcome}`).join(', '),
      why.join('; '),
    ];
  });
  return table(['operator', 'cases', 'passed', 'failed', 'not applicable', 'gradients', 'why not applicable'], rows);
}

/** The page. */
export function figures(verdicts: readonly Verdict[], version: string): string {
  const passed = of(verdicts, 'passed');
  const gradients = tally(passed.filter(({ gradient }) => gradient.outcome !== 'not applicable').map(({ gradient }) => gradient.outcome));
  const failures = of(verdicts, 'failed').map(({ name, reason }) => [name, reason]);
  return [
    '# ONNX operator test models',
    `The ONNX project's own test models (onnx ${version}, ${verdicts.length} cases), each read, lowered, run, and compared with the outputs that the suite gives and with ONNX Runtime on the untouched file. \`bench/operators/README.md\` says how; this page is written by \`bench/operators/run.ts\`.`,
    table(
      ['', 'cases'],
      [
        ['passed', passed.length],
        ['of these also compared with ONNX Runtime', passed.filter(({ runtime }) => runtime).length],
        ['failed', failures.length],
        ['not applicable', of(verdicts, 'not applicable').length],
      ],
    ),
    'A passed case takes its inputs as they are, or its shapes, axes and other integers as constants, which is how exporters write them:',
    table(['inputs', 'cases'], tally(passed.map(({ reason }) => reason))),
    'For passed cases with float inputs and outputs, the gradient of a projection of the outputs against central differences in float64. "Exact" agrees to 1e-6, "kink" is a subgradient at a kink or a jump, "stated" passes straight through a rounding.',
    table(['gradient', 'cases'], gradients),
    '## Not applicable, by reason',
    table(['reason', 'cases'], tally(of(verdicts, 'not applicable').map(reasonKind))),
    ...(failures.length === 0 ? [] : ['## Failed', table(['case', 'what'], failures)]),
    '## By operator',
    byOperator(verdicts),
    '',
  ].join('\n\n');
}
