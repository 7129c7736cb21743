/** JPEG compression by a real codec (arXiv:1903.12261). */
import { defineCorruption } from '../corruption.ts';

export const jpegCompression = defineCorruption<number>({
  id: 'jpeg_compression',
  name: 'JPEG compression',
  family: 'digital',
  channels: [1, 3],
  small: [80, 65, 58, 50, 40],
  large: [25, 18, 15, 10, 7],
  text: (quality) => `quality ${quality}`,
  graph: (_, x) => x,
  jpeg: (quality) => quality,
});
