/** One piece of a check's evidence, by its form: the page knows forms and no check by name. */
import type { VNode } from 'preact';
import type { Detail } from '../../../audit/details.ts';
import { DetailChecklist } from './detail-checklist.tsx';
import { DetailConfusion } from './detail-confusion.tsx';
import { DetailCurve } from './detail-curve.tsx';
import { DetailGraph } from './detail-graph.tsx';
import { DetailHeatMap } from './detail-heat-map.tsx';
import { DetailHistogram } from './detail-histogram.tsx';
import { DetailImages } from './detail-images.tsx';
import { DetailRanges } from './detail-ranges.tsx';
import { DetailTable } from './detail-table.tsx';
import { DetailText } from './detail-text.tsx';
import { DetailWaveform } from './detail-waveform.tsx';

function LinkOrText({ title, href }: { title: string; href: string }): VNode {
  // A report loads nothing by itself; a link is followed only when somebody clicks it.
  return /^https?:\/\//i.test(href) ? (
    <a href={href} rel="noopener noreferrer">
      {title}
    </a>
  ) : (
    <>
      {title}: <span class="mono">{href}</span>
    </>
  );
}

/** `id` is that of the element, from which those of its pictures are made. */
function Body({ detail, id }: { detail: Detail; id: string }): VNode {
  switch (detail.kind) {
    case 'table':
      return <DetailTable detail={detail} />;
    case 'curve':
      return <DetailCurve detail={detail} />;
    case 'ranges':
      return <DetailRanges detail={detail} />;
    case 'histogram':
      return <DetailHistogram detail={detail} />;
    case 'heat-map':
      return <DetailHeatMap detail={detail} />;
    case 'images':
      return <DetailImages detail={detail} id={id} />;
    case 'text-diff':
      return <DetailText detail={detail} />;
    case 'waveform':
      return <DetailWaveform detail={detail} />;
    case 'confusion':
      return <DetailConfusion detail={detail} />;
    case 'graph':
      return <DetailGraph detail={detail} />;
    case 'checklist':
      return <DetailChecklist detail={detail} />;
    case 'code':
      return (
        <pre class="command" role="group" tabIndex={0} aria-label={detail.title}>
          <code>{detail.text}</code>
        </pre>
      );
    case 'link':
      return <LinkOrText title={detail.title} href={detail.href} />;
  }
}

export function DetailView({ detail, id }: { detail: Detail; id: string }): VNode {
  if (detail.kind === 'link')
    return (
      <p class="detail">
        <Body detail={detail} id={id} />
      </p>
    );
  return (
    <figure class={`detail detail-${detail.kind}`} id={id}>
      <figcaption>{detail.title}</figcaption>
      <Body detail={detail} id={id} />
    </figure>
  );
}
