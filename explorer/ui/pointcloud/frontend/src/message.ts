/**
 * The binary message between Python and the browser, written alike by explorer/mapdata/message.py:
 *
 *     "EPC1" | length of the header, uint32 | header, JSON | zeros to a multiple of 8 | arrays
 *
 * The header names each array's dtype, count and offset from where the arrays begin. All is
 * little-endian, and each array begins at a multiple of 8.
 */

export type Values = Float32Array | Uint32Array | Uint16Array | Uint8Array;

export interface Message {
  header: Record<string, unknown>;
  arrays: Record<string, Values>;
}

const MAGIC = "EPC1";
const KINDS = {
  float32: Float32Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
} as const;
type Dtype = keyof typeof KINDS;
type Entry = [name: string, dtype: Dtype, count: number, offset: number];

const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** Read a message. Arrays of bytes share its memory, the others are copied: it may lie unaligned. */
export function readMessage(bytes: Uint8Array): Message {
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic !== MAGIC) throw new Error(`This is no point cloud message: it begins with “${magic}”.`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4, true);
  const { arrays: entries, ...header } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, 8 + length)),
  ) as Record<string, unknown> & { arrays: Entry[] };
  const body = padded(8 + length);
  const arrays: Record<string, Values> = {};
  for (const [name, dtype, count, offset] of entries) {
    const Kind = KINDS[dtype];
    const start = body + offset;
    const end = start + count * Kind.BYTES_PER_ELEMENT;
    if (end > bytes.length) throw new Error(`The message ends before its array “${name}”.`);
    arrays[name] =
      Kind === Uint8Array ? bytes.subarray(start, end) : new Kind(bytes.slice(start, end).buffer);
  }
  return { header, arrays };
}
