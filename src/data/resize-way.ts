/** How a picture of another size is brought to a model's, as one word or with its details. */

/** Interpolation, by sharp's names. */
export type Kernel = 'nearest' | 'linear' | 'cubic' | 'lanczos3';

/**
 * `crop` scales the shorter side to 1/share of the model's and cuts the centre, `stretch` scales both sides (to 1/share, and cuts the centre).
 * Without details: share 7/8 (the 224 of 256 of ImageNet evaluation) for `crop`, 1 for `stretch`, linear interpolation.
 */
export type ResizeWay = 'crop' | 'stretch' | `${'crop' | 'stretch'} ${number} ${Kernel}`;

export interface ResizeDetails {
  readonly mode: 'crop' | 'stretch';
  /** Of the scaled side, what is left after the cut; in (0, 1]. */
  readonly share: number;
  readonly kernel: Kernel;
}

export function detailsOf(way: ResizeWay): ResizeDetails {
  const [mode, share, kernel] = way.split(' ') as ['crop' | 'stretch', string?, Kernel?];
  return { mode, share: share === undefined ? (mode === 'crop' ? 0.875 : 1) : Number(share), kernel: kernel ?? 'linear' };
}

export function wayOf({ mode, share, kernel }: ResizeDetails): ResizeWay {
  return `${mode} ${share} ${kernel}`;
}

/** A few words for people, e.g. "centre crop" or "stretched (cubic)". */
export function describeWay(way: ResizeWay): string {
  const { mode, share, kernel } = detailsOf(way);
  const usual = way === 'crop' || way === 'stretch';
  const cut = share < 1 ? `centre ${Number((100 * share).toPrecision(3))} %` : undefined;
  const details = usual ? [] : [cut, kernel].filter((one) => one !== undefined);
  return `${mode === 'crop' ? 'centre crop' : 'stretched'}${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
}
