/** An inspection as one screen of text. */
import type { Inspection, OperatorFacts } from '../audit/inspect.ts';

/** Columns of the names on the left. */
const INDENT = 12;
/** Operators of one kind that are named; the rest are counted. */
const NAMED = 12;

export function inspectText(i: Inspection): string {
  const lines = [
    i.path,
    ...field('file', [size(i), i.producer && `made by ${i.producer}`, versions(i)].filter((part) => part !== '').join(' · ')),
    ...field('sha256', i.sha256),
    ...(i.newer === null ? [] : field('format', `newer than this version knows: ${i.newer}; export it with an older opset`)),
    '',
    ...i.inputs.flatMap((port) => field('input', `${portLine(port)}   ${port.looksLike}`)),
    ...i.outputs.flatMap((port) => field('output', `${portLine(port)}${port.name === i.head?.output ? `   ${headLine(i.head)}` : ''}`)),
    ...field(
      'batch',
      i.fixedBatch === null ? 'open' : `fixed to ${i.fixedBatch}${i.fixedBatch === 1 ? ': rewritten for larger batches in attacks' : ''}`,
    ),
    ...field('scale', i.scale),
    '',
    ...field('gradients', gradientLine(i)),
    ...kind(i.operators, 'gradient', 'exact'),
    ...kind(i.operators, 'none', 'none needed'),
    ...kind(i.operators, 'straight-through', 'replaced by the identity'),
    ...i.operators.filter(({ gradient }) => gradient === 'missing').flatMap(({ op, reason }) => field('', `no gradient: ${op}, ${reason}`)),
    '',
    ...field('attacks', attackLine(i)),
    ...field('next', nextLine(i)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Lines of one entry: long ones are broken at spaces and go on under their beginning. */
function field(name: string, text: string, width = 110): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part, at) => `${(at === 0 ? name : '').padEnd(INDENT)}${part}`);
}

function size({ bytes, parameters }: Inspection): string {
  return `${(bytes / 1e6).toFixed(2)} MB · ${parameters.toLocaleString('en')} parameters`;
}

function versions({ irVersion, opsets }: Inspection): string {
  const sets = Object.entries(opsets).map(([domain, version]) => (domain === 'ai.onnx' ? `opset ${version}` : `${domain} ${version}`));
  return [...sets, ...(irVersion > 0 ? [`IR ${irVersion}`] : [])].join(' · ');
}

const portLine = ({ name, type, shape }: Inspection['outputs'][number]): string => `${name}  ${type} [${shape.join(', ')}]`;

function headLine({ kind, logits, output }: NonNullable<Inspection['head']>): string {
  return logits === output ? `the scores: ${kind}` : `the scores: ${kind}, with logits at ${logits}`;
}

function gradientLine({ missing, refused, operators, head }: Inspection): string {
  if (!head) return 'no output holds scores as a float tensor, so there is nothing to take a gradient of';
  if (missing.length > 0) return `no: ${missing.length === 1 ? 'one operator has' : `${missing.length} operators have`} none`;
  if (refused !== null) return `no: ${refused}`;
  const total = operators.reduce((sum, { count }) => sum + count, 0);
  return `yes, through all ${total} nodes from the input to the scores`;
}

function kind(operators: readonly OperatorFacts[], gradient: OperatorFacts['gradient'], label: string): string[] {
  const own = operators.filter((one) => one.gradient === gradient);
  if (own.length === 0) return [];
  const rest = own.slice(NAMED).reduce((sum, { count }) => sum + count, 0);
  const named = own.slice(0, NAMED).map(({ op, count }) => `${count} ${op}`);
  return field('', `${label}: ${[...named, ...(rest > 0 ? [`${rest} others`] : [])].join(', ')}`);
}

const isText = (inputs: Inspection['inputs']): boolean => inputs.every(({ looksLike }) => looksLike.includes('text'));

function attackLine({ inputs, missing, refused, masked, head }: Inspection): string {
  if (!head) return 'none: export the model with its logits or probabilities as an output';
  if (isText(inputs)) return 'on text: character edits by its scores, and random ones';
  if (missing.length > 0 || refused !== null) return 'with scores or decisions alone, and with noise';
  const caution = masked.length > 0 ? '; gradients are masked in places, so attacks without gradients check them' : '';
  return `with gradients, with scores or decisions alone, and with noise${caution}`;
}

function nextLine({ path, inputs, head }: Inspection): string {
  const [first] = inputs;
  if (!head || !first) return 'see docs/data.md for what can be audited';
  const image = first.looksLike.includes('image');
  const sound = first.looksLike.includes('sound');
  const data = image
    ? '<folder of images by class>'
    : sound
      ? '<folder of recordings by class>'
      : isText(inputs)
        ? '<table with texts and labels>'
        : '<labelled examples>';
  return `gibbon audit ${path} --data ${data}`;
}
