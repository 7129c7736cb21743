/** Which attack breaks which class how often. */
import type { VNode } from 'preact';
import type { ModelResult } from '../../audit/result.ts';
import { attackByClass } from '../attack-by-class.ts';
import { DetailHeatMap } from './details/detail-heat-map.tsx';

export function AttackMatrix({ model }: { model: ModelResult }): VNode | null {
  const found = attackByClass(model);
  if (found === null) return null;
  const { matrix, shown, of } = found;
  return (
    <div class="below">
      <h4>{matrix.title}</h4>
      {shown < of && (
        <p class="rest">
          The {shown} classes of {of} that break most.
        </p>
      )}
      <DetailHeatMap detail={matrix} />
    </div>
  );
}
