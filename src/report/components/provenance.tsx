/** Everything that is needed to run this audit again and get the same figures. */
import type { VNode } from 'preact';
import type { AuditResult, ModelResult } from '../../audit/result.ts';
import { count, dateTime, plural, seconds } from '../format.ts';
import { subjectFacts } from '../subject-facts.ts';
import { ScrollRegion } from './scroll-region.tsx';

function facts({ gibbon, run }: AuditResult): [name: string, value: string][] {
  const { runtime, platform } = run;
  return [
    ['Gibbon', gibbon.version],
    ['Started', dateTime(run.startedAt)],
    ['Preset', run.preset],
    ['Seed', String(run.seed)],
    ['Runtime', `${runtime.name} ${runtime.version}`],
    ['Provider', runtime.provider],
    ['Precision', `${runtime.precision}, optimisation ${runtime.optimisation}`],
    ['Workers', `${plural(runtime.workers, 'process', 'processes')} of ${plural(runtime.threads, 'thread')}`],
    ['Platform', `Node ${platform.node}, ${platform.os} ${platform.arch}`],
    ['Processor', platform.cpu],
  ];
}

function Files({ model }: { model: ModelResult }): VNode {
  const rows: [what: string, path: string, detail: string, hash: string][] = [
    [model.remote ? 'Endpoint' : 'Model', model.path, subjectFacts(model), model.remote ? 'none: its file was not seen' : model.sha256],
    ['Data', model.data.path, `${count(model.data.n)} of ${count(model.data.of)} examples`, model.data.sha256],
  ];
  return (
    <>
      {rows.map(([what, path, detail, hash]) => (
        <tr key={what}>
          <th scope="row">{what}</th>
          <td class="mono path">{path}</td>
          <td>{detail}</td>
          <td class="mono hash">{hash}</td>
        </tr>
      ))}
    </>
  );
}

function Timings({ timings }: { timings: AuditResult['timings'] }): VNode | null {
  const rows = Object.entries(timings);
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>Timings</summary>
      <dl class="grid-list">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="num">{seconds(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

export function Provenance({ result }: { result: AuditResult }): VNode {
  return (
    <section class="section" id="provenance" aria-labelledby="provenance-title">
      <h2 id="provenance-title">Provenance</h2>
      <p class="lead">The same command, files and seed give the same figures, unless the model itself draws random numbers.</p>
      <pre class="command" role="group" tabIndex={0} aria-label="Command to reproduce">
        <code>{result.run.command}</code>
      </pre>
      <dl class="grid-list">
        {facts(result).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ScrollRegion label="Audited files">
        <table class="files">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Path</th>
              <th scope="col">Size</th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {result.models.map((model, i) => (
              <Files key={i} model={model} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      <Timings timings={result.timings} />
    </section>
  );
}
