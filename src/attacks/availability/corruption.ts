/** What a corruption of pictures or recordings is: parameters by severity, random numbers that it draws, and a graph that applies it. */
import type { GraphBuilder } from '../../onnx/build.ts';
import type { Value } from '../../onnx/graph.ts';
import type { Rng } from '../../rng/rng.ts';
import type { Frame } from './frame.ts';

/** What a corruption's graph is drawn with. */
export interface Sketch {
  readonly g: GraphBuilder;
  readonly frame: Frame;
  /** Random numbers of each picture, [batch, …shape]; `draw` gives them by this name. */
  drawn(name: string, shape: readonly number[]): Value;
}

/** Random numbers of one picture, by name. */
export type Draws = Readonly<Record<string, Float32Array>>;

/** A corruption of one severity, for pictures of one size. */
export interface Plan {
  /** @param picture [channels × height × width], for what is drawn from the picture itself */
  draw(rng: Rng, picture: Float32Array): Draws;
  /** x [batch, channels, height, width], corrupted; the caller clips to the range of pictures or recordings. */
  graph(sketch: Sketch, x: Value): Value;
  /** A real codec in place of a graph: JPEG of this quality. */
  readonly jpeg?: number;
}

export interface Corruption {
  /** As ImageNet-C names it. */
  readonly id: string;
  readonly name: string;
  readonly family: 'noise' | 'blur' | 'weather' | 'digital' | 'recording' | 'transmission' | 'lens' | 'sensor';
  /** One of the four that ImageNet-C keeps for validation. */
  readonly isExtra?: true;
  /** Why it has nothing to do with pictures of this kind, if so. */
  unsuited(frame: Frame): string | undefined;
  /** Severities are 1, 2, …, this. */
  readonly severities: number;
  /** The share of picture or time that each severity strikes, where severities are such shares. */
  readonly amounts?: readonly number[];
  /** What a severity means, for people. */
  describe(frame: Frame, severity: number): string;
  plan(frame: Frame, severity: number): Plan;
}

export interface Parts<P> {
  readonly id: string;
  readonly name: string;
  readonly family: Corruption['family'];
  readonly isExtra?: true;
  /** Numbers of channels that it works on; any when absent. */
  readonly channels?: readonly number[];
  /** For severities 1 to 5. */
  readonly small: readonly P[];
  readonly large: readonly P[];
  /** The parameters of one severity, in words. */
  readonly text: (p: P) => string;
  readonly draw?: (p: P, frame: Frame, rng: Rng, picture: Float32Array) => Draws;
  readonly graph: (sketch: Sketch, x: Value, p: P) => Value;
  readonly jpeg?: (p: P) => number;
}

/** Declares a corruption with its published parameters. */
export function defineCorruption<P>(parts: Parts<P>): Corruption {
  const { id, name, family, isExtra, channels: suited, small, large, text, draw, graph, jpeg } = parts;
  const of = ({ set }: Frame, severity: number): P => (set === 'small' ? small : large)[severity - 1] as P;
  return {
    id,
    name,
    family,
    ...(isExtra && { isExtra }),
    severities: large.length,
    unsuited: ({ channels }) => (suited?.includes(channels) === false ? `It is for ${suited.join(' or ')} channels.` : undefined),
    describe: (frame, severity) => text(of(frame, severity)),
    plan: (frame, severity) => {
      const p = of(frame, severity);
      return {
        draw: (rng, picture) => draw?.(p, frame, rng, picture) ?? {},
        graph: (sketch, x) => graph(sketch, x, p),
        ...(jpeg && { jpeg: jpeg(p) }),
      };
    },
  };
}

/** So many normal numbers, or uniform ones in [low, high). */
export function normals(rng: Rng, count: number): Float32Array {
  const out = new Float32Array(count);
  rng.fillNormal(out);
  return out;
}
export function uniforms(rng: Rng, count: number, low = 0, high = 1): Float32Array {
  const out = new Float32Array(count);
  rng.fillUniform(out, low, high);
  return out;
}
