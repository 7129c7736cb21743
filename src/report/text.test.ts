/** How reports show a changed text: what went, what came, and nothing that could steer page or terminal. */
import { describe, expect, it } from 'vitest';
import type { AuditResult } from '../audit/result.ts';
import { piecesOf } from '../base/text-diff.ts';
import { renderHtml } from './html.tsx';
import { renderTerminal } from './terminal.ts';
import { sampleModel, sampleResult } from './testing/sample-result.ts';
import { shownPieces } from './text-diff.ts';

function resultOf(original: string, adversarial: string): AuditResult {
  const model = sampleModel({ modality: 'text', n: 20, pictures: 1, epsilon: 5, epsilonText: '5 edits' });
  const distances = { l0: 2, l1: 2, l2: 2, linf: 2, ssim: null, edits: 2, editShare: 0.1 };
  const examples = model.examples.map((example) => ({
    ...example,
    ...{ modality: 'text' as const, original: null, difference: null, adversarialImage: null, amplification: null, series: null },
    survives8bit: null,
    distances,
    text: { original, adversarial, pieces: piecesOf(original, adversarial) },
  }));
  const samples = model.samples.map((sample) =>
    sample.adversarial ? { ...sample, adversarial: { ...sample.adversarial, distances } } : sample,
  );
  return sampleResult([{ ...model, samples, examples, threat: { ...model.threat, norm: 'edits', epsilon: 5, epsilonText: '5 edits' } }]);
}

describe('a changed text', () => {
  const result = resultOf('WINNER!! call now', 'W1NNER!! callnow');

  it('is struck out and underlined on the page, with blanks that can be seen', () => {
    const html = renderHtml(result);
    expect(html).toContain('<span>W</span><del>I</del><ins>1</ins><span>NNER!! call</span><del>␣</del><span>now</span>');
    expect(html).toContain('2 edits');
    expect(html).toContain('10.0 %');
    expect(html).toContain('Change 2 characters');
  });

  it('says what was assumed without words on gradients or norms', () => {
    const html = renderHtml(result);
    expect(html).toContain('No gradient was used');
    expect(html).toContain('may change the input by at most 5 edits<');
  });

  it('has marks in the terminal, in words where there are no colours', () => {
    expect(renderTerminal(result, { color: false })).toContain('W[-I-]{+1+}NNER!! call[-␣-]now');
    const coloured = renderTerminal(result, { color: true });
    expect(coloured).toContain('\u001b[9m');
    expect(coloured).not.toContain('[-I-]');
  });

  it('has its number of edits in the table of examples', () => {
    expect(renderHtml(result)).toMatch(/<td class="num">2 edits<\/td>/);
  });
});

describe('a hostile text', () => {
  const result = resultOf('a<script>alert(1)</script>\u001b[31m\u202eb', 'a<img src=x onerror=alert(1)>\u001b[31m\u202ec');

  it('stays text on the page', () => {
    const html = renderHtml(result);
    expect(html).not.toContain('<script>alert(1)');
    expect(html).not.toContain('<img src=x');
  });

  it('moves nothing in the terminal', () => {
    expect(renderTerminal(result, { color: false }).replaceAll('\n', '')).not.toMatch(/\p{Cc}|[\u202a-\u202e]/u);
  });
});

it('a long text is shown around what changed', () => {
  const long = 'word '.repeat(100);
  const pieces = shownPieces(piecesOf(`${long}x${long}y`, `${long}z${long}y`));
  expect(pieces.map(({ kind }) => kind)).toEqual(['same', 'removed', 'added', 'same']);
  expect(pieces.map(({ text }) => text.length)).toEqual([41, 1, 1, 41]);
  expect(pieces[0]?.text.startsWith('…')).toBe(true);
  expect(pieces[3]?.text.endsWith('…')).toBe(true);
});
