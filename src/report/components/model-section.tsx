/** One model's audit, from its figures and worst example to what was assumed about it. */
import type { VNode } from 'preact';
import type { ModelResult } from '../../audit/result.ts';
import { modelCurve } from '../curve.ts';
import { type Ranked, rankExamples } from '../examples.ts';
import { bytes, count, norm } from '../format.ts';
import { exampleWord, VERDICTS } from '../names.ts';
import { tally } from '../samples.ts';
import { Assumptions } from './assumptions.tsx';
import { AttacksTable } from './attacks-table.tsx';
import { Badge } from './badge.tsx';
import { Confusion } from './confusion.tsx';
import { CurveFigure } from './curve-figure.tsx';
import { Findings } from './findings.tsx';
import { Gallery } from './gallery.tsx';
import { Gauges } from './gauges.tsx';
import { HeroExample } from './hero-example.tsx';
import { SampleTable } from './sample-table.tsx';
import { Section } from './section.tsx';

type Props = { model: ModelResult; index: number };

function Heading({ model, index }: Props): VNode {
  const { verdict } = model.summary;
  return (
    <>
      <div class="model-heading">
        <h2 id={`model-${index}-title`}>{model.name}</h2>
        <Badge tone={VERDICTS[verdict].tone}>{VERDICTS[verdict].word}</Badge>
      </div>
      <p class="dim">
        <span class="mono">{model.path}</span> · {count(model.parameters)} parameters · {bytes(model.bytes)} · {norm(model.threat.norm)} ε ={' '}
        {model.threat.epsilonText}
      </p>
    </>
  );
}

function Worst({ model, index, prefix, hero }: { model: ModelResult; index: number; prefix: string; hero: Ranked | undefined }): VNode {
  if (hero !== undefined) return <HeroExample prefix={prefix} model={model} modelIndex={index} {...hero} />;
  const unbroken = tally(model.samples).broken === 0;
  return (
    <p class="empty panel">
      {unbroken
        ? 'No attack broke an example, so there is no picture to show. That is no proof that none can be broken.'
        : 'Examples were broken, but no pictures of them were kept.'}
    </p>
  );
}

export function ModelSection(props: Props): VNode {
  const { model, index } = props;
  const prefix = `model-${index}`;
  const curve = modelCurve(model);
  const word = exampleWord(model);
  const [hero, ...others] = rankExamples(model);
  return (
    <section class="model" id={prefix} aria-labelledby={`${prefix}-title`}>
      <Heading {...props} />
      <div class="panel">
        <Gauges model={model} />
      </div>
      <Worst model={model} index={index} prefix={prefix} hero={hero} />
      {curve !== null && (
        <Section id={`${prefix}-curve`} title="Robust accuracy as the attacker may change more">
          <CurveFigure data={curve} label={`Robust accuracy of ${model.name} against the size of the change`} />
        </Section>
      )}
      <Section id={`${prefix}-findings`} title="Findings">
        <Findings findings={model.findings} prefix={prefix} />
      </Section>
      {others.length > 0 && (
        <Section id={`${prefix}-examples`} title="More that broke">
          <Gallery model={model} modelIndex={index} examples={others} />
        </Section>
      )}
      <Section
        id={`${prefix}-attacks`}
        title="Attacks"
        lead="Each attack alone. The robust accuracy above is the worst case over all of them, per example."
      >
        <AttacksTable model={model} />
      </Section>
      <Section id={`${prefix}-confusion`} title="What the classes turn into">
        <Confusion model={model} />
      </Section>
      <Section id={`${prefix}-samples`} title={`Every ${word.one}`}>
        <SampleTable model={model} modelIndex={index} />
      </Section>
      <Section id={`${prefix}-assumptions`} title="What Gibbon assumed" lead="If one of these is wrong, so are the figures.">
        <Assumptions model={model} />
      </Section>
    </section>
  );
}
