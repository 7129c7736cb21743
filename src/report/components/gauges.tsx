/** The figures of a model: clean, robust, under noise of the same size, robust as 8-bit images, and what is proved. */
import type { VNode } from 'preact';
import type { ModelResult } from '../../audit/result.ts';
import { VERDICTS } from '../names.ts';
import { provedOf, unbrokenOf } from '../proofs.ts';
import { Gauge } from './gauge.tsx';

export function Gauges({ model }: { model: ModelResult }): VNode {
  const { cleanAccuracy, robustAccuracy, robustAccuracy8bit, noiseAccuracy, verdict } = model.summary;
  const { tone } = VERDICTS[verdict];
  const [proved, unbroken] = [provedOf(model), unbrokenOf(model)];
  const hint = `worst case, ε = ${model.threat.epsilonText}`;
  return (
    <div class="gauges">
      <Gauge label="Clean accuracy" hint="nobody attacks" value={cleanAccuracy} tone="plain" />
      {noiseAccuracy !== null && <Gauge label="Under noise" hint="random, same size" value={noiseAccuracy} tone="plain" />}
      {unbroken === undefined ? (
        <Gauge label="Robust accuracy" hint={hint} value={robustAccuracy} tone={tone} />
      ) : (
        <Gauge label="Not broken" hint={`by attacks, ε = ${model.threat.epsilonText}`} value={unbroken} tone={tone} />
      )}
      {robustAccuracy8bit !== null && <Gauge label="Robust, 8-bit" hint="as saved image files" value={robustAccuracy8bit} tone={tone} />}
      {proved !== undefined && (
        <Gauge label="Certified accuracy" hint={`proved, ε = ${proved.epsilonText}`} value={proved.certified} tone={tone} />
      )}
    </div>
  );
}
