/** Sets of inputs that bounds are asked of, several at once: boxes, and balls within boxes. */
import type { HostTensor } from '../../runtime/runtime.ts';
import type { Norm } from '../graphs/cuts.ts';
import type { BoundNetwork } from '../graphs/network.ts';

export interface Domain {
  readonly batch: number;
  readonly norm: Norm;
  /** By the network's inputs: [batch · size]. */
  readonly lower: ReadonlyMap<string, Float32Array>;
  readonly upper: ReadonlyMap<string, Float32Array>;
  /** Of a ball: its centre by the network's inputs, and a radius for each row. */
  readonly ball?: { readonly centre: ReadonlyMap<string, Float32Array>; readonly radius: Float32Array };
}

/** What the values between input and output lie between, for each row of a domain. */
export interface LayerBounds {
  /** By the cut's name: [batch · size]. */
  readonly lower: Map<string, Float32Array>;
  readonly upper: Map<string, Float32Array>;
  /** δ of `transform/bounds/rounding.ts`, by node: the largest over the rows. */
  errors: ReadonlyMap<string, HostTensor>;
  /** Balls that the values lie in as well, by the cut's name; undefined where bounds are to do without. */
  balls?: ReadonlyMap<string, Ball>;
}

export interface Ball {
  /** [batch · size] */
  readonly centre: Float32Array;
  /** [batch] */
  readonly radius: Float32Array;
}

/** Everything that a session of the network may ask for, by its name. */
export function feedsOf(network: BoundNetwork, domain: Domain, bounds: LayerBounds): Map<string, HostTensor> {
  const feeds = new Map<string, HostTensor>();
  for (const { name, shape } of network.inputs) {
    const rows = [domain.batch, ...shape.slice(1)];
    feeds.set(`l:${name}`, float(domain.lower.get(name), rows));
    feeds.set(`u:${name}`, float(domain.upper.get(name), rows));
    if (domain.ball) feeds.set(`c:${name}`, float(domain.ball.centre.get(name), rows));
  }
  if (domain.ball) feeds.set('radius', float(domain.ball.radius, [domain.batch]));
  for (const { name, shape } of [...network.cuts, ...network.heads]) {
    if (!bounds.lower.has(name)) continue;
    feeds.set(`l:${name}`, float(bounds.lower.get(name), shape(domain.batch)));
    feeds.set(`u:${name}`, float(bounds.upper.get(name), shape(domain.batch)));
  }
  for (const { name, shape } of network.cuts) {
    const ball = bounds.balls?.get(name);
    if (!ball) continue;
    feeds.set(`z:${name}`, float(ball.centre, shape(domain.batch)));
    feeds.set(`r:${name}`, float(ball.radius, [domain.batch]));
  }
  for (const [name, error] of bounds.errors) feeds.set(`e:${name}`, error);
  return feeds;
}

function float(data: Float32Array | undefined, shape: readonly number[]): HostTensor {
  return { type: 'float32', shape, data: data ?? new Float32Array(0) };
}
