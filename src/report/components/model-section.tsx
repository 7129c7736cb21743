/** One model's audit: the categories, the worst example, what to fix, the figures, the checks, and what was assumed. */
import type { VNode } from 'preact';
import type { CheckResult, ModelResult } from '../../audit/result.ts';
import type { Anchors } from '../check-anchors.ts';
import { modelCurve } from '../curve.ts';
import { type Ranked, rankExamples } from '../examples.ts';
import { count, norm } from '../format.ts';
import { exampleWord, VERDICTS } from '../names.ts';
import { queryCurve } from '../query-curve.ts';
import { isTried, tally } from '../samples.ts';
import { subjectFacts } from '../subject-facts.ts';
import { Assumptions } from './assumptions.tsx';
import { AttackMatrix } from './attack-matrix.tsx';
import { AttacksTable } from './attacks-table.tsx';
import { Badge } from './badge.tsx';
import { CategoryGauges } from './category-gauges.tsx';
import { ChecksSection } from './checks-section.tsx';
import { Confusion } from './confusion.tsx';
import { CurveFigure } from './curve-figure.tsx';
import { Findings } from './findings.tsx';
import { Gallery } from './gallery.tsx';
import { Gauges } from './gauges.tsx';
import { HeroExample } from './hero-example.tsx';
import { Priorities } from './priorities.tsx';
import { QueryFigure } from './query-figure.tsx';
import { SampleTable } from './sample-table.tsx';
import { Section } from './section.tsx';

type Props = { model: ModelResult; index: number; checks: readonly CheckResult[]; anchors: Anchors };

function Heading({ model, index }: Props): VNode {
  const { verdict } = model.summary;
  return (
    <>
      <div class="model-heading">
        <h2 id={`model-${index}-title`}>{model.name}</h2>
        <Badge tone={VERDICTS[verdict].tone}>{VERDICTS[verdict].word}</Badge>
      </div>
      <p class="dim">
        <span class="mono">{model.path}</span> · {subjectFacts(model)} · {norm(model.threat.norm)} ε = {model.threat.epsilonText}
      </p>
    </>
  );
}

function withoutPicture(model: ModelResult): string {
  const { broken, certified, undecided } = tally(model);
  if (broken > 0) return 'Examples were broken, but no pictures of them were kept.';
  const all = exampleWord(model).many;
  if (model.attacks.length === 0)
    return `No example was broken, so there is no picture to show: of ${count(model.samples.length)} ${all}, ${count(certified)} are proved to keep their class, and ${count(undecided)} are undecided.`;
  const proved = certified > 0 ? ` (but for the ${count(certified)} ${all} that are certified)` : '';
  return `No attack broke an example, so there is no picture to show. That is no proof that none can be broken${proved}.`;
}

function Worst({
  model,
  index,
  prefix,
  hero,
}: {
  model: ModelResult;
  index: number;
  prefix: string;
  hero: Ranked | undefined;
}): VNode | null {
  if (hero !== undefined) return <HeroExample prefix={prefix} model={model} modelIndex={index} {...hero} />;
  return isTried(model) ? <p class="empty panel">{withoutPicture(model)}</p> : null;
}

/** Accuracy without an attack, under noise and under attack, and how it falls as the attacker may change more. */
function Accuracy({ model, prefix }: { model: ModelResult; prefix: string }): VNode {
  const curve = modelCurve(model);
  return (
    <Section id={`${prefix}-accuracy`} title="Accuracy under attack">
      <div class="panel">
        <Gauges model={model} />
      </div>
      {curve !== null && (
        <div id={`${prefix}-curve`} class="below">
          <h4>Robust accuracy as the attacker may change more</h4>
          <CurveFigure data={curve} label={`Robust accuracy of ${model.name} against the size of the change`} />
        </div>
      )}
    </Section>
  );
}

function Attacks({ model, prefix }: { model: ModelResult; prefix: string }): VNode {
  const questions = queryCurve(model);
  return (
    <Section
      id={`${prefix}-attacks`}
      title="Attacks"
      lead="Each attack alone. The robust accuracy above is the worst case over all of them, per example."
    >
      <AttacksTable model={model} />
      {questions !== null && (
        <div id={`${prefix}-questions`} class="below">
          <h4>Examples broken after so many questions</h4>
          <QueryFigure
            data={questions}
            label={`Share of the examples of ${model.name} that each attack had broken after so many questions`}
          />
        </div>
      )}
      <AttackMatrix model={model} />
    </Section>
  );
}

/** The findings of a result without checks have no cards of their own, and are listed here. */
function Checks({ model, checks, anchors, prefix }: Omit<Props, 'index'> & { prefix: string }): VNode {
  if (checks.length === 0)
    return (
      <Section id={`${prefix}-findings`} title="Findings">
        <Findings findings={model.findings} prefix={prefix} />
      </Section>
    );
  return (
    <Section id={`${prefix}-checks`} title="Checks">
      <ChecksSection checks={checks} anchors={anchors} prefix={prefix} />
    </Section>
  );
}

export function ModelSection(props: Props): VNode {
  const { model, index, checks, anchors } = props;
  const prefix = `model-${index}`;
  const [hero, ...others] = rankExamples(model);
  return (
    <section class="model" id={prefix} aria-labelledby={`${prefix}-title`}>
      <Heading {...props} />
      {checks.length > 0 && (
        <div class="panel categories">
          <CategoryGauges checks={checks} anchors={anchors} prefix={prefix} />
        </div>
      )}
      <Worst model={model} index={index} prefix={prefix} hero={hero} />
      {checks.length > 0 && (
        <Section id={`${prefix}-priorities`} title="What to fix first">
          <Priorities checks={checks} anchors={anchors} />
        </Section>
      )}
      <Accuracy model={model} prefix={prefix} />
      <Checks model={model} checks={checks} anchors={anchors} prefix={prefix} />
      {others.length > 0 && (
        <Section id={`${prefix}-examples`} title="More that broke">
          <Gallery model={model} modelIndex={index} examples={others} />
        </Section>
      )}
      {model.attacks.length > 0 && <Attacks model={model} prefix={prefix} />}
      {isTried(model) && (
        <Section id={`${prefix}-confusion`} title="What the classes turn into">
          <Confusion model={model} />
        </Section>
      )}
      <Section id={`${prefix}-samples`} title={`Every ${exampleWord(model).one}`}>
        <SampleTable model={model} modelIndex={index} />
      </Section>
      <Section id={`${prefix}-assumptions`} title="What Gibbon assumed" lead="If one of these is wrong, so are the figures.">
        <Assumptions model={model} />
      </Section>
    </section>
  );
}
