/** Pictures as data URIs: nothing else may become the source of an image, and small ones are shown as pixels. */
import type { Detail } from '../audit/details.ts';
import type { AuditResult, CheckResult, ExampleImages } from '../audit/result.ts';
import { checkAnchors } from './check-anchors.ts';

const SOUND_URI = /^data:audio\/wav;base64,[A-Za-z0-9+/]+=*$/;
const DATA_URI = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/;
const PNG_PREFIX = 'data:image/png;base64,';

export const PICTURE_KINDS = ['original', 'difference', 'adversarialImage'] as const;
export const SOUND_KINDS = ['original', 'adversarial'] as const;
export const SPECTROGRAM_KINDS = ['original', 'perturbation', 'adversarial'] as const;
export type PictureKind =
  | (typeof PICTURE_KINDS)[number]
  | `sound-${(typeof SOUND_KINDS)[number]}`
  | `spectrogram-${(typeof SPECTROGRAM_KINDS)[number]}`;

/** The picture if it is one that needs no network, else null. */
export function safePicture(uri: string | null): string | null {
  return uri !== null && DATA_URI.test(uri) ? uri : null;
}

/** The recording if it is one that needs no network, else null. */
export function safeSound(uri: string | null): string | null {
  return uri !== null && SOUND_URI.test(uri) ? uri : null;
}

/** Width and height from a PNG's header; null for other formats. */
export function pngSize(uri: string): { width: number; height: number } | null {
  if (!uri.startsWith(PNG_PREFIX) || uri.length < PNG_PREFIX.length + 32) return null;
  const header = atob(uri.slice(PNG_PREFIX.length, PNG_PREFIX.length + 32));
  const int = (at: number): number => [0, 1, 2, 3].reduce((sum, i) => sum * 256 + header.charCodeAt(at + i), 0);
  const [width, height] = [int(16), int(20)];
  return width > 0 && height > 0 ? { width, height } : null;
}

/** The element that holds a picture; `embed` refers to it, so that the page stores each picture once. */
export function pictureId(model: number, example: number, kind: PictureKind): string {
  return `picture-${model}-${example}-${kind}`;
}

/** The result with each picture replaced by `#` and the id of the element that shows it. */
export function withoutPictures(result: AuditResult): AuditResult {
  const strip = (example: ExampleImages, m: number, e: number): ExampleImages => {
    const copy = { ...example };
    for (const kind of PICTURE_KINDS) if (safePicture(copy[kind]) !== null) copy[kind] = `#${pictureId(m, e, kind)}`;
    return copy.sound === undefined ? copy : { ...copy, sound: withoutSound(copy.sound, (kind) => `#${pictureId(m, e, kind)}`) };
  };
  const anchors = checkAnchors(result);
  return {
    ...result,
    models: result.models.map((model, m) => ({ ...model, examples: model.examples.map((e, i) => strip(e, m, i)) })),
    checks: result.checks.map((check) => withoutDetailPictures(check, anchors.get(check))),
  };
}

function withoutSound(
  sound: NonNullable<ExampleImages['sound']>,
  link: (kind: PictureKind) => string,
): NonNullable<ExampleImages['sound']> {
  const copy = { ...sound, spectrograms: { ...sound.spectrograms } };
  for (const kind of SOUND_KINDS) if (safeSound(copy[kind]) !== null) copy[kind] = link(`sound-${kind}`);
  for (const kind of SPECTROGRAM_KINDS)
    if (safePicture(copy.spectrograms[kind]) !== null) copy.spectrograms[kind] = link(`spectrogram-${kind}`);
  return copy;
}

/** The pictures of a check's details are those of the elements that `DetailImages` makes. */
function withoutDetailPictures(check: CheckResult, anchor: string | undefined): CheckResult {
  // A check that could not run has no card, so no element holds its pictures.
  if (anchor === undefined || check.status === 'not-applicable') return check;
  const strip = (details: readonly Detail[], name: string): Detail[] =>
    details.map((detail, d) =>
      detail.kind !== 'images'
        ? detail
        : {
            ...detail,
            items: detail.items.map((item, i) =>
              safePicture(item.source) === null ? item : { ...item, source: `#${anchor}-${name}-${d}-${i}` },
            ),
          },
    );
  const { timings } = check;
  return {
    ...check,
    details: strip(check.details, 'detail'),
    ...(timings && { timings: { ...timings, details: strip(timings.details, 'timed') } }),
  };
}
