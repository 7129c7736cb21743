/** A comparison of two results as GitHub-flavoured Markdown, for a pull request. */
import type { Flips, ModelDiff, ResultDiff } from '../../audit/compare/diff.ts';
import type { FigureChange } from '../../audit/compare/figure-change.ts';
import { dateTime, plural } from '../format.ts';
import { MARKDOWN_SIGNS, markdownTable, safe } from '../formats/markdown-text.ts';
import {
  chanceText,
  differenceText,
  diffHeadline,
  FATES,
  isAccuracy,
  SHOWN,
  shownFigures,
  sideText,
  statusText,
  statusTone,
  testText,
} from './diff-words.ts';

/** Flipped examples named, of each kind. */
const NAMED = 20;

function figureRow(figure: FigureChange): string[] {
  const { tone, word } = SHOWN[figure.shown];
  return [
    safe(isAccuracy(figure) ? figure.label : `${figure.check}: ${figure.label}`),
    safe(sideText(figure, figure.before)),
    safe(sideText(figure, figure.after)),
    safe(differenceText(figure)),
    `${MARKDOWN_SIGNS[tone]} ${word}`,
    safe(testText(figure)),
  ];
}

function figures(model: ModelDiff): string[] {
  const { main, moved, still } = shownFigures(model);
  if (main.length + moved.length === 0) return [];
  return [
    '',
    ...markdownTable(['figure', 'before', 'after', 'change (95 % interval)', 'shown', 'test'], [...main, ...moved].map(figureRow)),
    ...(still > 0 ? ['', `${plural(still, 'more figure')}: no change shown.`] : []),
  ];
}

function flips({ accuracy, n, worse, better }: Flips): string[] {
  if (worse.length + better.length === 0) return [];
  const what = accuracy === 'cleanAccuracy' ? 'without attack' : 'under attack';
  const list = (word: string, examples: Flips['worse']): string[] => {
    if (examples.length === 0) return [];
    const rest = examples.length - NAMED;
    return [
      `- ${examples.length} ${word}: ${examples
        .slice(0, NAMED)
        .map(({ id }) => safe(id))
        .join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
    ];
  };
  return [
    '',
    '<details>',
    `<summary>The same ${plural(n, 'example')} ${what}: ${worse.length} got worse, ${better.length} better</summary>`,
    '',
    ...list('got worse', worse),
    ...list('got better', better),
    '',
    '</details>',
  ];
}

function checks(model: ModelDiff): string[] {
  const changed = model.checks.filter(({ before, after }) => before !== after);
  return changed.map(
    (check) => `- ${MARKDOWN_SIGNS[statusTone(check)]} check ${safe(check.id)}: ${statusText(check.before)} → ${statusText(check.after)}`,
  );
}

function findings(model: ModelDiff): string[] {
  const changed = model.findings.filter(({ fate }) => fate !== 'kept').sort((a, b) => FATES[a.fate].rank - FATES[b.fate].rank);
  return changed.map(({ fate, title, before, after }) => {
    const severity = before !== null && after !== null && before !== after ? `${before} → ${after}` : (after ?? before);
    return `- ${MARKDOWN_SIGNS[FATES[fate].tone]} **${FATES[fate].word}:** ${safe(title)} (${severity})`;
  });
}

function section(model: ModelDiff): string[] {
  const { tone, text } = diffHeadline(model);
  const [changes, chance] = [[...checks(model), ...findings(model)], chanceText(model)];
  const kept = model.findings.filter(({ fate }) => fate === 'kept').length;
  return [
    `## ${MARKDOWN_SIGNS[tone]} ${safe(text)}`,
    ...model.notes.flatMap((note) => ['', `> ${MARKDOWN_SIGNS.warn} ${safe(note)}`]),
    ...figures(model),
    ...(changes.length > 0 ? ['', ...changes] : []),
    ...(kept > 0 ? ['', `${plural(kept, 'finding')} in both.`] : []),
    ...model.flips.flatMap(flips),
    ...(chance === undefined ? [] : ['', chance]),
    '',
  ];
}

export function renderDiffMarkdown(diff: ResultDiff): string {
  const side = (word: string, { startedAt, preset, seed, gibbon }: ResultDiff['before']): string =>
    `${word}: ${dateTime(startedAt)}, preset ${safe(preset)}, seed ${seed}, Gibbon ${safe(gibbon)}`;
  return [...diff.models.flatMap(section), `<sub>${side('Before', diff.before)} · ${side('After', diff.after)}</sub>`, ''].join('\n');
}
