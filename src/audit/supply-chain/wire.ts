/** Fields of the outermost message that stand in a file more than once: readers differ in which they take, or merge them. */

const NAMES: Readonly<Record<number, string>> = {
  1: 'ir_version',
  2: 'producer_name',
  3: 'producer_version',
  4: 'domain',
  5: 'model_version',
  6: 'doc_string',
  7: 'graph',
};
/** opset_import, metadata_props, training_info, functions, configuration. */
const REPEATED: ReadonlySet<number> = new Set([8, 14, 20, 25, 26]);

/** What is odd, as words. */
export function repeatedFields(bytes: Uint8Array): string[] {
  const counts = new Map<number, number>();
  let unknown = 0;
  let at = 0;
  while (at < bytes.length) {
    const key = varint(bytes, at);
    if (!key) break;
    const [field, end] = [Math.floor(key.value / 8), skip(bytes, key.end, key.value % 8)];
    if (end === undefined) break;
    counts.set(field, (counts.get(field) ?? 0) + 1);
    if (NAMES[field] === undefined && !REPEATED.has(field)) unknown += end - at;
    at = end;
  }
  const twice = [...counts]
    .filter(([field, count]) => count > 1 && NAMES[field] !== undefined)
    .map(([field, count]) => `the field ${NAMES[field]} stands ${count} times`);
  return [...twice, ...(unknown > MUCH ? [`${unknown} bytes in fields that ONNX does not know`] : [])];
}

const MUCH = 1024;

function varint(bytes: Uint8Array, from: number): { value: number; end: number } | undefined {
  let [value, scale] = [0, 1];
  for (let at = from; at < Math.min(bytes.length, from + 10); at++) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
    scale *= 128;
  }
  return undefined;
}

/** Where the field ends. */
function skip(bytes: Uint8Array, at: number, wire: number): number | undefined {
  if (wire === 0) return varint(bytes, at)?.end;
  if (wire === 1) return at + 8;
  if (wire === 5) return at + 4;
  const length = wire === 2 ? varint(bytes, at) : undefined;
  return length && length.end + length.value <= bytes.length ? length.end + length.value : undefined;
}
