/** What answers and file give away as a list, with what is fine as well. */
import type { DetailOf } from './details.ts';
import { onlyAsks, type Told } from './exposure-findings.ts';

type Item = DetailOf<'checklist'>['items'][number];

const item = (name: string, isFine: boolean, text: string): Item => ({ name, status: isFine ? 'pass' : 'warn', text });

export function exposureList(told: Told): DetailOf<'checklist'> {
  return { kind: 'checklist', title: 'What answers and file give away', items: [...ofAnswers(told), ...ofFile(told)] };
}

function ofAnswers({ data: { seen }, threat }: Told): Item[] {
  const { found, full } = seen.rank;
  const digits = seen.decimals === null ? 'all digits of a float32' : `${seen.decimals} decimals`;
  const why = full < 2 ? 'Two classes have one score.' : 'It takes twice as many examples as classes, and a clear step down to the noise.';
  const rank: Item =
    found === null
      ? { name: 'Rank of the scores', status: 'not-applicable', text: why }
      : item('Rank of the scores', found >= full || found === 0, `${found} of at most ${full}`);
  const others = seen.outputs.map(({ name, type }) => `${name} (${type})`).join(', ');
  return [
    item('Form of the answer', !onlyAsks(threat) || seen.form === 'labels', `${seen.form}, ${digits}`),
    item('Further outputs', !seen.outputs.some(({ isFloat }) => isFloat), others || 'none'),
    rank,
    item('Linear model', !seen.isLinear, seen.isLinear ? 'A few answers are enough to solve for its weights.' : 'No.'),
  ];
}

function ofFile({ data: { seen } }: Told): Item[] {
  const { stored, traces, words, hasNames } = seen;
  const rows = stored.map(({ how, rows: count }) => `${count} ${how}`).join(', ');
  const named = traces
    .slice(0, 5)
    .map(({ kind, where }) => `${kind} (${where})`)
    .join(', ');
  const known = words === 0 ? 'None.' : `${words} texts that encoders or vectorisers know: whoever has the file reads them.`;
  return [
    item('Training examples in the file', stored.length === 0, rows || 'No support vectors or neighbours.'),
    item('Keys, people, machines', traces.length === 0, named || 'Nothing of the kind in names, documentation and metadata.'),
    item('Words of the training data', true, known),
    item('Names of classes', true, hasNames ? 'The file names them.' : 'Numbers only.'),
  ];
}
