/** The pictures that are corrupted: their size, and which published set of parameters fits it. */

/** Pictures per run, as planes [batch, channels, height, width] with RGB order and values in [0, 1]. */
export interface Frame {
  readonly batch: number;
  /** 1 or 3 for pictures; anything else is treated plane by plane. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `small`: parameters of CIFAR-10-C (32 px); `large`: those of ImageNet-C (224 px). */
  readonly set: 'small' | 'large';
  /** What lengths in pixels are multiplied by. */
  readonly scale: number;
  /** Recordings, which are one line of `width` samples: samples a second, where known. */
  readonly rate?: number;
}

const BASES = { small: 32, large: 224 } as const;

/**
 * The set whose size is nearer in ratio (the two meet at √(32·224) ≈ 85 px). Lengths in pixels are scaled with the shorter side, so that a blur
 * covers the same share of the picture, except from 224 px on, where the published figures hold as they are.
 */
export function frameOf(size: Pick<Frame, 'channels' | 'height' | 'width'>, batch: number): Frame {
  const side = Math.min(size.height, size.width);
  const set = side * side < BASES.small * BASES.large ? 'small' : 'large';
  return { batch, ...size, set, scale: side >= BASES.large ? 1 : side / BASES[set] };
}

/** Elements of one picture. */
export const areaOf = ({ height, width }: Pick<Frame, 'height' | 'width'>): number => height * width;
