/** A comparison of two results as GitHub-flavoured Markdown, for a pull request. */
import type { Flips, ModelDiff, ResultDiff } from '../../audit/compare/diff.ts';
import type { FigureChange } from '../../audit/compare/figure-change.ts';
import { plural } from '../format.ts';
import { MARKDOWN_SIGNS, markdownTable, safe } from '../formats/markdown-text.ts';
import {
  chanceText,
  changedChecks,
  changedFindings,
  comparedText,
  differenceText,
  diffHeadline,
  FATES,
  figureLabel,
  runText,
  SHOWN,
  severityText,
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
    safe(figureLabel(figure)),
    safe(sideText(figure, figure.before)),
    safe(sideText(figure, figure.after)),
    safe(differenceText(figure)),
    `${MARKDOWN_SIGNS[tone]} ${word}`,
    safe(testText(figure)),
  ];
}

function figures(model: ModelDiff): string[] {
  const { main, moved, rest } = shownFigures(model);
  if (main.length + moved.length === 0) return [];
  return [
    '',
    ...markdownTable(['figure', 'before', 'after', 'change (95 % interval)', 'shown', 'test'], [...main, ...moved].map(figureRow)),
    ...(rest === undefined ? [] : ['', rest]),
  ];
}

function flips(flipped: Flips): string[] {
  const { worse, better } = flipped;
  if (worse.length + better.length === 0) return [];
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
    `<summary>The same ${comparedText(flipped)}: ${worse.length} got worse, ${better.length} better</summary>`,
    '',
    ...list('got worse', worse),
    ...list('got better', better),
    '',
    '</details>',
  ];
}

function checks(model: ModelDiff): string[] {
  return changedChecks(model).map((check) => `- ${MARKDOWN_SIGNS[statusTone(check)]} check ${safe(check.id)}: ${statusText(check)}`);
}

function findings(model: ModelDiff): string[] {
  return changedFindings(model).changed.map((finding) => {
    const { tone, word } = FATES[finding.fate];
    return `- ${MARKDOWN_SIGNS[tone]} **${word}:** ${safe(finding.title)} (${severityText(finding)})`;
  });
}

function section(model: ModelDiff): string[] {
  const { tone, text } = diffHeadline(model);
  const [changes, chance] = [[...checks(model), ...findings(model)], chanceText(model)];
  const { kept } = changedFindings(model);
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
  const runs = `Before: ${safe(runText(diff.before))} · After: ${safe(runText(diff.after))}`;
  return [...diff.models.flatMap(section), `<sub>${runs}</sub>`, ''].join('\n');
}
