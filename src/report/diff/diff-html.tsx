/** A comparison of two results as one self-contained HTML page, without script. */
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Flips, ModelDiff, ResultDiff } from '../../audit/compare/diff.ts';
import type { FigureChange } from '../../audit/compare/figure-change.ts';
import { Badge } from '../components/badge.tsx';
import { Mark } from '../components/mark.tsx';
import { ScrollRegion } from '../components/scroll-region.tsx';
import { Sign } from '../components/sign.tsx';
import { glued, plural } from '../format.ts';
import { CHECKS } from '../styles/checks.ts';
import { PAGE } from '../styles/page.ts';
import { PARTS } from '../styles/parts.ts';
import { PRINT } from '../styles/print.ts';
import { THEME } from '../styles/theme.ts';
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

const POLICY = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;

function FigureRow({ figure }: { figure: FigureChange }): VNode {
  const { tone, word } = SHOWN[figure.shown];
  return (
    <tr>
      <th scope="row">{figureLabel(figure)}</th>
      <td class="num">{glued(sideText(figure, figure.before))}</td>
      <td class="num">{glued(sideText(figure, figure.after))}</td>
      <td class="num">{differenceText(figure)}</td>
      <td>
        <Badge tone={tone}>{word}</Badge>
      </td>
      <td class="dim">{testText(figure)}</td>
    </tr>
  );
}

function Figures({ model }: { model: ModelDiff }): VNode | null {
  const { main, moved, rest } = shownFigures(model);
  if (main.length + moved.length === 0) return null;
  return (
    <>
      <ScrollRegion label="Figures before and after">
        <table>
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col" class="num">
                Before
              </th>
              <th scope="col" class="num">
                After
              </th>
              <th scope="col" class="num">
                Change (95 % interval)
              </th>
              <th scope="col">Shown</th>
              <th scope="col">Test</th>
            </tr>
          </thead>
          <tbody>
            {[...main, ...moved].map((figure) => (
              <FigureRow key={`${figure.check}.${figure.name}`} figure={figure} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {rest !== undefined && <p class="dim">{rest}</p>}
    </>
  );
}

function FlipList({ word, examples }: { word: string; examples: Flips['worse'] }): VNode | null {
  if (examples.length === 0) return null;
  return (
    <p>
      {examples.length} {word}: <span class="mono">{examples.map(({ id }) => id).join(', ')}</span>
    </p>
  );
}

function FlipDetails({ flips }: { flips: Flips }): VNode | null {
  const { worse, better } = flips;
  if (worse.length + better.length === 0) return null;
  return (
    <details>
      <summary>
        The same {comparedText(flips)}: {worse.length} got worse, {better.length} better
      </summary>
      <FlipList word="got worse" examples={worse} />
      <FlipList word="got better" examples={better} />
    </details>
  );
}

function Changes({ model }: { model: ModelDiff }): VNode | null {
  const checks = changedChecks(model);
  const { changed, kept } = changedFindings(model);
  if (checks.length + model.findings.length === 0) return null;
  return (
    <>
      <h3>Checks and findings</h3>
      <ul class="left-out">
        {checks.map((check) => (
          <li key={check.id} class={`tone-${statusTone(check)}`}>
            <Sign tone={statusTone(check)} />
            <p>
              <span class="mono">{check.id}</span>: {statusText(check)}
            </p>
          </li>
        ))}
        {changed.map((finding) => (
          <li key={`${finding.check} ${finding.id}`} class={`tone-${FATES[finding.fate].tone}`}>
            <Sign tone={FATES[finding.fate].tone} />
            <p>
              <strong>{FATES[finding.fate].word}:</strong> {finding.title} <span class="dim">({severityText(finding)})</span>
            </p>
          </li>
        ))}
      </ul>
      {kept > 0 && <p class="dim">{plural(kept, 'finding')} in both.</p>}
    </>
  );
}

function Model({ model }: { model: ModelDiff }): VNode {
  const { tone, text } = diffHeadline(model);
  const chance = chanceText(model);
  return (
    <section class="section">
      <div class={`verdict tone-${tone}`}>
        <h2>{glued(text)}</h2>
        {model.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
      </div>
      <Figures model={model} />
      <Changes model={model} />
      {model.flips.map((flips) => (
        <FlipDetails key={flips.accuracy} flips={flips} />
      ))}
      {chance !== undefined && <p class="dim">{chance}</p>}
    </section>
  );
}

export function renderDiffHtml(diff: ResultDiff): string {
  return `<!doctype html>\n${renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="Gibbon" />
        <title>Before and after · Gibbon</title>
        <style dangerouslySetInnerHTML={{ __html: THEME + PAGE + PARTS + CHECKS + PRINT }} />
      </head>
      <body>
        <div class="page">
          <header>
            <div class="topbar">
              <p class="brand">
                <Mark />
                <span>Gibbon</span> <span class="dim">model audit</span>
              </p>
            </div>
            <h1>Before and after</h1>
            <ul class="scope">
              <li>Before: {runText(diff.before)}</li>
              <li>After: {runText(diff.after)}</li>
            </ul>
          </header>
          <main id="main">
            {diff.models.map((model, i) => (
              <Model key={i} model={model} />
            ))}
          </main>
        </div>
      </body>
    </html>,
  )}\n`;
}
