/** The four figures of a model: clean, robust, under noise of the same size, robust as 8-bit images. */
import type { VNode } from 'preact';
import type { ModelResult } from '../../audit/result.ts';
import { VERDICTS } from '../names.ts';
import { Gauge } from './gauge.tsx';

export function Gauges({ model }: { model: ModelResult }): VNode {
  const { cleanAccuracy, robustAccuracy, robustAccuracy8bit, noiseAccuracy, verdict } = model.summary;
  const { tone } = VERDICTS[verdict];
  return (
    <div class="gauges">
      <Gauge label="Clean accuracy" hint="nobody attacks" value={cleanAccuracy} tone="plain" />
      {noiseAccuracy !== null && <Gauge label="Under noise" hint="random, same size" value={noiseAccuracy} tone="plain" />}
      <Gauge label="Robust accuracy" hint={`worst case, ε = ${model.threat.epsilonText}`} value={robustAccuracy} tone={tone} />
      {robustAccuracy8bit !== null && <Gauge label="Robust, 8-bit" hint="as saved image files" value={robustAccuracy8bit} tone={tone} />}
    </div>
  );
}
