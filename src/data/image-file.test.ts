import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeImageFile } from './image-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'gibbon-image-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const image = (values: number[], width: number, height: number, channels: 1 | 3 | 4, wide = false): ReturnType<typeof sharp> =>
  sharp(wide ? Uint16Array.from(values) : Uint8Array.from(values), { raw: { width, height, channels } });
const bytesOf = (data: Float32Array, scale: number): number[] => [...data].map((value) => value * scale);

/** One pixel as a 32-bit float. */
function floatTiff(): Uint8Array {
  const tags = [
    [256, 1],
    [257, 1],
    [258, 32],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, 1],
    [279, 4],
    [339, 3],
  ];
  const view = new DataView(new ArrayBuffer(12 + 2 + tags.length * 12 + 4));
  view.setUint32(0, 0x49492a00);
  view.setUint32(4, 12, true);
  view.setFloat32(8, 0.5, true);
  view.setUint16(12, tags.length, true);
  tags.forEach(([tag = 0, value = 0], i) => {
    view.setUint16(14 + i * 12, tag, true);
    view.setUint16(16 + i * 12, 3, true);
    view.setUint32(18 + i * 12, 1, true);
    view.setUint16(22 + i * 12, value, true);
  });
  return new Uint8Array(view.buffer);
}

describe('decodeImageFile', () => {
  it('round-trips every 8-bit value of a colour PNG', async () => {
    const values = Array.from({ length: 256 * 3 }, (_, i) => i % 256);
    const { shape, data } = await decodeImageFile(write('rgb.png', await image(values, 16, 16, 3).png().toBuffer()));
    expect(shape).toEqual([16, 16, 3]);
    expect([...data]).toEqual(values.map((value) => Math.fround(value / 255)));
    expect([...data].map((value) => Math.round(value * 255))).toEqual(values);
  });

  it('keeps grayscale as one channel, in 8 and in 16 bits', async () => {
    const gray = await decodeImageFile(write('gray.png', await image([0, 1, 128, 255], 2, 2, 1).toColourspace('b-w').png().toBuffer()));
    expect(gray.shape).toEqual([2, 2, 1]);
    expect(bytesOf(gray.data, 255).map(Math.round)).toEqual([0, 1, 128, 255]);
    const wide = await decodeImageFile(
      write('gray16.png', await image([0, 1, 1000, 65535], 2, 2, 1, true).toColourspace('grey16').png().toBuffer()),
    );
    expect(wide.shape).toEqual([2, 2, 1]);
    expect([...wide.data]).toEqual([0, 1 / 65535, 1000 / 65535, 1].map(Math.fround));
  });

  it('keeps 16-bit colour', async () => {
    const { shape, data } = await decodeImageFile(
      write('rgb16.png', await image([0, 1000, 65535, 1, 2, 3], 2, 1, 3, true).toColourspace('rgb16').png().toBuffer()),
    );
    expect(shape).toEqual([1, 2, 3]);
    expect(bytesOf(data, 65535).map(Math.round)).toEqual([0, 1000, 65535, 1, 2, 3]);
  });

  it('turns transparent pixels black and leaves opaque ones as they are', async () => {
    const { shape, data } = await decodeImageFile(
      write('alpha.png', await image([200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 51], 3, 1, 4).png().toBuffer()),
    );
    expect(shape).toEqual([1, 3, 3]);
    expect(bytesOf(data, 255).map(Math.round)).toEqual([200, 100, 50, 0, 0, 0, 40, 20, 10]);
  });

  it('keeps grayscale with alpha as one channel, transparent pixels black, in 8 and in 16 bits', async () => {
    const pair = { raw: { width: 3, height: 1, channels: 2 as const } };
    const narrow = await sharp(Uint8Array.from([200, 255, 200, 0, 100, 51]), pair)
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const gray = await decodeImageFile(write('la.png', narrow));
    expect(gray.shape).toEqual([1, 3, 1]);
    expect(bytesOf(gray.data, 255).map(Math.round)).toEqual([200, 0, 20]);
    const wide = await sharp(Uint16Array.from([40001, 65535, 40001, 0, 3, 65535]), pair)
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const gray16 = await decodeImageFile(write('la16.png', wide));
    expect(gray16.shape).toEqual([1, 3, 1]);
    expect(bytesOf(gray16.data, 65535).map(Math.round)).toEqual([40001, 0, 3]);
  });

  it('keeps 16 bits of TIFF, in gray and in colour', async () => {
    const gray = await image([0, 1, 1000, 65535], 2, 2, 1, true).toColourspace('grey16').tiff({ compression: 'lzw' }).toBuffer();
    expect(bytesOf((await decodeImageFile(write('gray16.tif', gray))).data, 65535).map(Math.round)).toEqual([0, 1, 1000, 65535]);
    const colour = await image([0, 1000, 65535, 1, 2, 3], 2, 1, 3, true).toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer();
    const read = await decodeImageFile(write('rgb16.tiff', colour));
    expect(read.shape).toEqual([1, 2, 3]);
    expect(bytesOf(read.data, 65535).map(Math.round)).toEqual([0, 1000, 65535, 1, 2, 3]);
  });

  it('reads palettes, JPEG (also gray) and WebP, whatever the extension says', async () => {
    const palette = await decodeImageFile(
      write('palette.png', await image([9, 8, 7, 250, 3, 2], 2, 1, 3).png({ palette: true }).toBuffer()),
    );
    expect(bytesOf(palette.data, 255).map(Math.round)).toEqual([9, 8, 7, 250, 3, 2]);
    const flat = image(new Array<number>(192).fill(100), 8, 8, 3);
    const jpeg = await decodeImageFile(write('jpeg.png', await flat.clone().jpeg().toBuffer()));
    expect(jpeg.shape).toEqual([8, 8, 3]);
    expect(bytesOf(jpeg.data, 255).every((value) => Math.abs(value - 100) < 2)).toBe(true);
    const webp = await decodeImageFile(write('a.webp', await flat.clone().webp({ lossless: true }).toBuffer()));
    expect(bytesOf(webp.data, 255).map(Math.round)).toEqual(new Array<number>(192).fill(100));
    const gray = await decodeImageFile(write('gray.jpg', await flat.clone().toColourspace('b-w').jpeg().toBuffer()));
    expect(gray.shape).toEqual([8, 8, 1]);
  });

  it('applies the EXIF orientation', async () => {
    // Orientation 6: the stored image is to be turned clockwise by a quarter, so its left column ends up on top.
    const stored = image([...new Array<number>(24).fill(0), ...new Array<number>(24).fill(255)], 2, 8, 3);
    const { shape, data } = await decodeImageFile(
      write('turned.jpg', await stored.withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer()),
    );
    expect(shape).toEqual([2, 8, 3]);
    expect(data[0]).toBeGreaterThan(0.9);
    expect(data[7 * 3]).toBeLessThan(0.1);
  });

  it('ignores an embedded colour profile', async () => {
    const path = write('p3.png', await image([200, 100, 50], 1, 1, 3).png().withIccProfile('p3').toBuffer());
    const stored = bytesOf((await decodeImageFile(path)).data, 255).map(Math.round);
    // What applying the profile would give: about the colour that was put in.
    expect([...(await sharp(path).raw().toBuffer())].every((value, i) => Math.abs(value - ([200, 100, 50][i] as number)) <= 2)).toBe(true);
    expect(stored).toEqual([...(await sharp(path, { ignoreIcc: true }).raw().toBuffer())]);
    expect(stored).not.toEqual([200, 100, 50]);
  });

  it('says which file it cannot read', async () => {
    const good = await image(
      Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 256),
      64,
      64,
      3,
    )
      .png()
      .toBuffer();
    const jpeg = await sharp(good).jpeg().toBuffer();
    for (const [name, bytes] of [
      ['text.png', Buffer.from('no image')],
      ['empty.png', Buffer.alloc(0)],
      ['cut.png', good.subarray(0, good.length / 2)],
      ['cut.jpg', jpeg.subarray(0, jpeg.length / 2)],
      ['cut.bmp', Buffer.from('BM no bitmap')],
      ['float.tif', floatTiff()],
    ] as const) {
      await expect(decodeImageFile(write(name, bytes)), name).rejects.toMatchObject({
        code: 'E_DATA_UNREADABLE',
        message: expect.stringContaining(name),
        hint: expect.any(String),
      });
    }
    await expect(decodeImageFile(join(folder, 'absent.png'))).rejects.toMatchObject({
      code: 'E_FILE_NOT_FOUND',
      message: expect.stringContaining('absent.png'),
    });
  });
});
