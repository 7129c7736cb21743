/** Right classes against answers; for many classes the commonest confusions. */
import type { VNode } from 'preact';
import type { DetailOf } from '../../../audit/details.ts';
import { count } from '../../format.ts';
import { ScrollRegion } from '../scroll-region.tsx';

const MOST_CLASSES = 20;
const MOST_ROWS = 15;

type Confusion = DetailOf<'confusion'>;

function Row({ detail, right }: { detail: Confusion; right: number }): VNode {
  const counts = detail.counts[right] ?? [];
  const total = counts.reduce((sum, n) => sum + n, 0);
  return (
    <tr>
      <th scope="row">{detail.classes[right]}</th>
      {detail.classes.map((_, answered) => {
        const n = counts[answered] ?? 0;
        return (
          <td
            key={answered}
            class={answered === right ? 'stays' : 'moves'}
            style={n > 0 ? { '--share': Math.sqrt(n / total).toFixed(2) } : undefined}
          >
            {n > 0 ? count(n) : <span class="zero">·</span>}
          </td>
        );
      })}
    </tr>
  );
}

/** What is confused most, where a matrix would be too large to read. */
function Commonest({ detail }: { detail: Confusion }): VNode {
  const pairs = detail.counts
    .flatMap((row, right) => row.map((n, answered) => ({ right, answered, n })))
    .filter(({ right, answered, n }) => right !== answered && n > 0)
    .sort((a, b) => b.n - a.n)
    .slice(0, MOST_ROWS);
  if (pairs.length === 0) return <p class="empty">No class is taken for another.</p>;
  return (
    <ScrollRegion label={`${detail.title}: commonest confusions`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Right class</th>
            <th scope="col">Answer</th>
            <th scope="col" class="num">
              Examples
            </th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ right, answered, n }) => (
            <tr key={`${right}>${answered}`}>
              <td>{detail.classes[right]}</td>
              <td>{detail.classes[answered]}</td>
              <td class="num">{count(n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

export function DetailConfusion({ detail }: { detail: Confusion }): VNode {
  if (detail.classes.length > MOST_CLASSES) return <Commonest detail={detail} />;
  return (
    <>
      <p class="rest">Rows: right class. Columns: the answer. Outlined: correct.</p>
      <ScrollRegion label={detail.title}>
        <table class={detail.classes.some((name) => name.length > 4) ? 'heat long' : 'heat'}>
          <thead>
            <tr>
              <td />
              {detail.classes.map((name, i) => (
                <th key={i} scope="col">
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {detail.classes.map((_, right) => (
              <Row key={right} detail={detail} right={right} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}
