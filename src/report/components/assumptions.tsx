/** What Gibbon took for granted about a model: preprocessing, labels, threat model, and where its gradients are not the true ones. */
import type { ComponentChildren, VNode } from 'preact';
import type { ModelResult } from '../../audit/result.ts';
import { count, norm, percentOf } from '../format.ts';
import { className } from '../names.ts';
import { ColumnRules } from './column-rules.tsx';
import { ScrollRegion } from './scroll-region.tsx';

const SOURCES: Record<ModelResult['preprocessing']['source'], string> = {
  flags: 'you said so',
  model: "declared by the model's own files",
  guessed: 'guessed: the one that fits the labels best',
  default: 'the default; nothing else was tried',
};

const KNOWLEDGE: Record<ModelResult['threat']['knowledge'], string> = {
  gradients: 'the model itself, gradients included',
  scores: 'the scores it returns',
  labels: 'only the label it returns',
  nothing: 'nothing of the model',
};

function Fact({ name, children }: { name: string; children: ComponentChildren }): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Tried({ model }: { model: ModelResult }): VNode | null {
  const { tried } = model.preprocessing;
  if (tried.length === 0) return null;
  return (
    <>
      <h4>Preprocessings tried</h4>
      <ScrollRegion label="Preprocessings tried">
        <table>
          <thead>
            <tr>
              <th scope="col">Preprocessing</th>
              <th scope="col" class="num">
                Accuracy
              </th>
              <th scope="col" class="num">
                Examples
              </th>
            </tr>
          </thead>
          <tbody>
            {tried.map(({ description, accuracy, n }, i) => (
              <tr key={i} class={description === model.preprocessing.description ? 'chosen' : undefined}>
                <td>
                  {description}
                  {description === model.preprocessing.description && <strong> · taken</strong>}
                </td>
                <td class="num">{percentOf(accuracy, n)}</td>
                <td class="num">{count(n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

function Labels({ model }: { model: ModelResult }): VNode {
  const { classes, classNames, labels } = model.data;
  const named = classNames?.some((_, label) => className(model, label) !== String(label)) ?? false;
  const shown = classNames === null || !named ? null : classNames.slice(0, 12).map((_, label) => `${label} = ${className(model, label)}`);
  return (
    <>
      {count(classes)} classes; labels from {labels === null ? 'the data itself' : <span class="mono">{labels}</span>}.{' '}
      {shown === null
        ? 'Label k is output k.'
        : `Output order: ${shown.join(', ')}${(classNames?.length ?? 0) > shown.length ? ', …' : '.'}`}{' '}
      {model.data.notes.join(' ')}
    </>
  );
}

function Masked({ model: { maskedGradients: names, threat } }: { model: ModelResult }): VNode {
  if (threat.norm === 'edits') return <>No gradient was used: text moves by whole characters.</>;
  if (threat.knowledge !== 'gradients') return <>No gradient was used.</>;
  if (names.length === 0) return <>None: every operator between input and output has its true gradient.</>;
  return <>{names.join(', ')}. Attacks that follow gradients may be misled there; the attacks that need none are the cross-check.</>;
}

export function Assumptions({ model }: { model: ModelResult }): VNode {
  const { preprocessing, threat, input, output, attacks, attacksLeftOut: leftOut } = model;
  const shape = (value: { name: string; type: string; shape: readonly (string | number)[] }): string =>
    `${value.name}: ${value.type} [${value.shape.join(', ')}]`;
  return (
    <>
      <dl class="facts-list">
        <Fact name="Preprocessing">
          {preprocessing.description} ({SOURCES[preprocessing.source]})
        </Fact>
        <Fact name="Labels">
          <Labels model={model} />
        </Fact>
        <Fact name="Threat model">{threat.description}</Fact>
        <Fact name="The attacker">
          wants {threat.goal}; knows {KNOWLEDGE[threat.knowledge]}; reaches {threat.access}; may change the input by at most{' '}
          {threat.epsilonText}
          {threat.norm !== 'edits' && ` in ${norm(threat.norm)}`}
        </Fact>
        {leftOut && leftOut.length > 0 && (
          <Fact name="Attacks left out">{leftOut.map(({ name, reason }) => `${name}: ${reason}`).join('; ')}.</Fact>
        )}
        {!leftOut && attacks.length === 0 && <Fact name="Attacks">The attacks of an audit were no part of this run.</Fact>}
        <Fact name="Masked gradients">
          <Masked model={model} />
        </Fact>
        <Fact name="Input and output">
          <span class="mono">{shape(input)}</span> → <span class="mono">{shape(output)}</span>
        </Fact>
      </dl>
      <ColumnRules model={model} />
      <Tried model={model} />
    </>
  );
}
