/** Pictures as data URIs: nothing else may become the source of an image, and small ones are shown as pixels. */
import type { Detail } from '../audit/details.ts';
import type { AuditResult, CheckResult, ExampleImages } from '../audit/result.ts';
import { checkAnchors } from './check-anchors.ts';

const DATA_URI = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$/;
const PNG_PREFIX = 'data:image/png;base64,';

export const PICTURE_KINDS = ['original', 'difference', 'adversarialImage'] as const;
export type PictureKind = (typeof PICTURE_KINDS)[number];

/** The picture if it is one that needs no network, else null. */
export function safePicture(uri: string | null): string | null {
  return uri !== null && DATA_URI.test(uri) ? uri : null;
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
    return copy;
  };
  const anchors = checkAnchors(result);
  return {
    ...result,
    models: result.models.map((model, m) => ({ ...model, examples: model.examples.map((e, i) => strip(e, m, i)) })),
    checks: result.checks.map((check) => withoutDetailPictures(check, anchors.get(check))),
  };
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
