/** Two or more models side by side: their verdicts and gauges, one chart of their curves, and the fate of shared examples. */
import type { VNode } from 'preact';
import type { AuditResult, ModelResult } from '../../audit/result.ts';
import { comparisonCurve } from '../curve.ts';
import { count, glued } from '../format.ts';
import { exampleWord, VERDICTS } from '../names.ts';
import { pairedBreaks } from '../samples.ts';
import { Badge } from './badge.tsx';
import { ComparisonChecks } from './comparison-checks.tsx';
import { CurveFigure } from './curve-figure.tsx';
import { Gauges } from './gauges.tsx';

function Column({ model, index }: { model: ModelResult; index: number }): VNode {
  const { verdict, headline } = model.summary;
  return (
    <article class="panel column">
      <div class="card-top">
        <h3>
          <a href={`#model-${index}`}>{model.name}</a>
        </h3>
        <Badge tone={VERDICTS[verdict].tone}>{VERDICTS[verdict].word}</Badge>
      </div>
      <p>{glued(headline)}</p>
      <Gauges model={model} />
    </article>
  );
}

/** The paired view: the same examples under two models, which a difference of two rates hides. */
function Paired({ a, b }: { a: ModelResult; b: ModelResult }): VNode | null {
  const pairs = pairedBreaks(a, b);
  if (pairs === null) return null;
  const word = exampleWord(a);
  return (
    <p class="paired">
      Of the {count(pairs.shared)} {word.many} that both classify correctly, <strong>{count(pairs.onlyA)}</strong> break only {a.name},{' '}
      <strong>{count(pairs.onlyB)}</strong> only {b.name}, <strong>{count(pairs.both)}</strong> both.
    </p>
  );
}

export function Comparison({ result }: { result: AuditResult }): VNode {
  const { models } = result;
  const curve = comparisonCurve(models);
  const [a, b] = models;
  return (
    <section class="section" id="comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title">Side by side</h2>
      <div class="columns">
        {models.map((model, i) => (
          <Column key={i} model={model} index={i} />
        ))}
      </div>
      {models.length === 2 && a !== undefined && b !== undefined && <Paired a={a} b={b} />}
      {curve !== null && (
        <>
          <h3>Robust accuracy as the attacker may change more</h3>
          <CurveFigure data={curve} label="Robust accuracy of the models against the size of the change" />
        </>
      )}
      {curve === null && (
        <p class="empty">Their curves are not on one chart: the models were audited in different units, or a curve is missing.</p>
      )}
      <ComparisonChecks result={result} />
    </section>
  );
}
