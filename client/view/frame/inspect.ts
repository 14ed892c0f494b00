/** What the bytes at the cursor mean, type by type. Pure. */
import { formatHex } from '../../../shared/units.ts';

export interface Inspected {
  readonly name: string;
  /** Null where the bytes that are left do not suffice or mean nothing in this type. */
  readonly value: string | null;
}

export interface InspectedGroup {
  readonly title: string;
  readonly fields: readonly Inspected[];
}

/** Bytes that the inspector looks at. */
export const INSPECT_BYTES = 16;

/** IEEE 754 binary16, which DataView cannot read everywhere yet. */
export function float16(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = Math.floor(bits / 1024) % 32;
  const fraction = bits % 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A value as it is read: integers have thousands separators, which are not copied. */
export function readable({ name, value }: { readonly name: string; readonly value: string }): string {
  return /^[ui]\d+$/.test(name) ? value.replace(/\B(?=(\d{3})+$)/g, ',') : value;
}

/** The shortest decimal that reads back as the same number of `bits` precision. */
function floatText(value: number, digits: number): string {
  if (!Number.isFinite(value) || Object.is(value, -0)) return Object.is(value, -0) ? '-0' : String(value);
  if (digits >= 17) return String(value);
  const round = digits <= 5 ? (x: number) => x : Math.fround;
  for (let precision = 1; precision <= digits; precision++) {
    const text = value.toPrecision(precision);
    if (digits <= 5 ? Number(text) === value : round(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(digits)));
}

/** Years 1 to 9999: what lies outside was not meant as a date. */
const FIRST_DATE_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_DATE_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

function date(milliseconds: number): string | null {
  if (!(milliseconds >= FIRST_DATE_MS && milliseconds <= LAST_DATE_MS)) return null;
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('.000Z', 'Z').replace('Z', ' UTC');
}

const FILETIME_TO_UNIX_MS = 11_644_473_600_000;

function codePointText(point: number): string {
  const name = `U+${formatHex(point, 4)}`;
  const category = String.fromCodePoint(point);
  // Only what has a shape of its own is shown as such.
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(category) ? `${category}  ${name}` : name;
}

function utf8(bytes: Uint8Array): string | null {
  const lead = bytes[0];
  if (lead === undefined) return null;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || bytes.length < length) return null;
  try {
    const point = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      .decode(bytes.subarray(0, length))
      .codePointAt(0);
    return point === undefined ? null : codePointText(point);
  } catch {
    return null;
  }
}

function utf16(view: DataView, little: boolean): string | null {
  if (view.byteLength < 2) return null;
  const first = view.getUint16(0, little);
  if (first < 0xd800 || first > 0xdfff) return codePointText(first);
  if (first > 0xdbff || view.byteLength < 4) return null;
  const second = view.getUint16(2, little);
  if (second < 0xdc00 || second > 0xdfff) return null;
  return codePointText(0x10000 + (first - 0xd800) * 1024 + (second - 0xdc00));
}

function uuid(bytes: Uint8Array, little: boolean): string | null {
  if (bytes.length < 16) return null;
  const hex = [...bytes].map((byte) => formatHex(byte, 2).toLowerCase());
  const field = (from: number, to: number): string => {
    const part = hex.slice(from, to);
    return (little && from < 8 ? part.reverse() : part).join('');
  };
  return [field(0, 4), field(4, 6), field(6, 8), field(8, 10), field(10, 16)].join('-');
}

/** Reads `bytes`, which begin at the cursor and may be fewer than INSPECT_BYTES at the end of the file. */
export function inspect(bytes: Uint8Array, little: boolean): readonly InspectedGroup[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const need = (count: number, read: () => string | null): string | null => (view.byteLength < count ? null : read());
  const int = (name: string, count: number, read: () => number | bigint): Inspected => ({
    name,
    value: need(count, () => String(read())),
  });
  const byte = bytes[0];
  const signed64 = (): bigint => view.getBigInt64(0, little);
  return [
    {
      title: 'Byte',
      fields: [
        { name: 'hex', value: byte === undefined ? null : `0x${formatHex(byte, 2)}` },
        {
          name: 'binary',
          value:
            byte === undefined
              ? null
              : byte
                  .toString(2)
                  .padStart(8, '0')
                  .replace(/(.{4})/, '$1 '),
        },
        { name: 'octal', value: byte === undefined ? null : byte.toString(8).padStart(3, '0') },
      ],
    },
    {
      title: 'Integers',
      fields: [
        int('u8', 1, () => view.getUint8(0)),
        int('i8', 1, () => view.getInt8(0)),
        int('u16', 2, () => view.getUint16(0, little)),
        int('i16', 2, () => view.getInt16(0, little)),
        int('u32', 4, () => view.getUint32(0, little)),
        int('i32', 4, () => view.getInt32(0, little)),
        int('u64', 8, () => view.getBigUint64(0, little)),
        int('i64', 8, signed64),
      ],
    },
    {
      title: 'Floats',
      fields: [
        { name: 'f16', value: need(2, () => floatText(float16(view.getUint16(0, little)), 5)) },
        { name: 'f32', value: need(4, () => floatText(view.getFloat32(0, little), 9)) },
        { name: 'f64', value: need(8, () => floatText(view.getFloat64(0, little), 17)) },
      ],
    },
    {
      title: 'Characters',
      fields: [
        { name: 'UTF-8', value: utf8(bytes) },
        { name: 'UTF-16', value: utf16(view, little) },
      ],
    },
    {
      title: 'Times and more',
      fields: [
        { name: 'unix 32', value: need(4, () => date(view.getInt32(0, little) * 1000)) },
        { name: 'unix 64', value: need(8, () => date(Number(signed64()) * 1000)) },
        { name: 'unix ms', value: need(8, () => date(Number(signed64()))) },
        { name: 'FILETIME', value: need(8, () => date(Number(signed64() / 10_000n) - FILETIME_TO_UNIX_MS)) },
        { name: little ? 'GUID' : 'UUID', value: uuid(bytes, little) },
      ],
    },
  ];
}
