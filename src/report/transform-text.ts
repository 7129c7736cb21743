/** A transform of a whole input in words. */
import type { ExampleImages } from '../audit/result.ts';

type Transform = NonNullable<ExampleImages['transform']>;

/** "turned 15° clockwise, moved 3 px left and 1.5 px down"; "blur of strength 0.31" */
export function transformText(transform: Transform): string {
  const { degrees, right, down, kind, strength, ...others } = transform;
  const rest = Object.entries(others).map(([name, value]) => `${name} ${value}`);
  const changed = kind === undefined ? [] : [`${kind} of strength ${rounded(strength)}`];
  return [...turned(degrees), ...moved(right, down), ...changed, ...rest].join(', ') || 'left as it is';
}

function turned(degrees: Transform[string] | undefined): string[] {
  if (typeof degrees !== 'number' || degrees === 0) return [];
  return [`turned ${rounded(Math.abs(degrees))}° ${degrees > 0 ? 'counter-clockwise' : 'clockwise'}`];
}

function moved(right: Transform[string] | undefined, down: Transform[string] | undefined): string[] {
  const along = (by: Transform[string] | undefined, [ahead, back]: readonly [string, string]): string[] =>
    typeof by === 'number' && by !== 0 ? [`${rounded(Math.abs(by))} px ${by > 0 ? ahead : back}`] : [];
  const ways = [...along(right, ['right', 'left']), ...along(down, ['down', 'up'])];
  return ways.length === 0 ? [] : [`moved ${ways.join(' and ')}`];
}

const rounded = (value: Transform[string] | undefined): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(3))) : `${value}`;
