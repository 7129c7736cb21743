/** One embedded picture; small ones are shown as the pixels they are. */
import type { VNode } from 'preact';
import { pngSize, safePicture } from '../pictures.ts';

const SMALL = 128;

export function Picture({ uri, alt, id }: { uri: string | null; alt: string; id: string }): VNode {
  const source = safePicture(uri);
  if (source === null) {
    return (
      <div class="picture missing" role="img" aria-label={`${alt} (no picture)`}>
        no picture
      </div>
    );
  }
  const size = pngSize(source);
  const small = size !== null && Math.max(size.width, size.height) <= SMALL;
  return <img id={id} class={small ? 'picture pixels' : 'picture'} src={source} alt={alt} {...(size ?? {})} decoding="async" />;
}
