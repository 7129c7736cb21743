/** A plan for terminals, at most 80 columns wide. */
import { CATEGORIES } from '../audit/finding.ts';
import type { WholePlan } from '../audit/whole-plan.ts';
import { fileName } from '../report/names.ts';
import { cut, pad, plain, wrap } from '../report/plain.ts';

const WIDTH = 80;
const NAMES = 22;
const NUMBER = 12;

export function planText(plan: WholePlan): string {
  const { model, data, threat, preset } = plan;
  const scope = `${plain(model.name)}: ${count(data.n)} of ${count(data.of)} examples of ${plain(fileName(data.path))}, preset ${preset}`;
  return [cut(scope, WIDTH), ...wrap(plain(threat.description), WIDTH), '', ...checks(plan), '', ...attacks(plan)].join('\n');
}

const count = (value: number): string => (Number.isFinite(value) ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ') : '–');

/** A name, and what is said of it beside it, on as many lines as that takes. */
function entry(name: string, text: string): string[] {
  const lines = wrap(plain(text), WIDTH - NAMES - 2);
  return lines.map((line, i) => `  ${pad(i === 0 ? plain(name) : '', NAMES)}${line}`);
}

function checks({ checks: runs, checksLeftOut }: WholePlan): string[] {
  const lines = CATEGORIES.flatMap((category) =>
    runs
      .filter((check) => check.category === category)
      .flatMap(({ id, needs, isSlow }) => {
        const wants = needs.length === 0 ? 'model and data' : `model, data, ${needs.join(', ')}`;
        return entry(id, `${category}; ${wants}${isSlow ? '; takes long' : ''}`);
      }),
  );
  const left = checksLeftOut.flatMap(({ id, reason }) => entry(id, reason));
  return [
    `Checks that run (${runs.length})`,
    ...lines,
    ...(left.length > 0 ? ['', `Checks left out (${checksLeftOut.length})`, ...left] : []),
  ];
}

function attacks({ attacks: runs, attacksLeftOut, total }: WholePlan): string[] {
  const right = (value: number): string => count(value).padStart(NUMBER);
  const head = `  ${pad('', WIDTH - 3 * NUMBER - 2)}${['examples', 'queries', 'gradients'].map((word) => word.padStart(NUMBER)).join('')}`;
  const lines = runs.map(({ id, params, examples, queries, gradients }) => {
    const said = `${id} ${Object.entries(params)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`;
    return `  ${pad(cut(plain(said.trim()), WIDTH - 3 * NUMBER - 3), WIDTH - 3 * NUMBER - 2)}${right(examples)}${right(queries)}${right(gradients)}`;
  });
  const most = `At most ${count(total.queries)} queries and ${count(total.gradients)} gradients: examples that fall early cost less. The curve over epsilon and checks with attacks of their own come on top.`;
  const left = attacksLeftOut.flatMap(({ id, reason }) => entry(id, reason));
  return [
    `Attacks that run (${runs.length})`,
    ...(runs.length > 0 ? [head, ...lines, ...wrap(most, WIDTH - 2).map((line) => `  ${line}`)] : ['  none']),
    ...(left.length > 0 ? ['', `Attacks left out (${attacksLeftOut.length})`, ...left] : []),
  ];
}
