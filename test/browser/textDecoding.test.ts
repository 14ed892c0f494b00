/**
 * The browser's own decoders as the oracle for every encoding that it knows: what is valid must come out as the same text, for any
 * bytes, and the characters must tile the bytes.
 */
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findOrInstallChromium } from '../helpers/chromium.mjs';

const ENTRY = `
import { createTextCodec } from './shared/text/codec.ts';
import { isInvalid } from './shared/text/characters.ts';
const LEADS = [0x1b, 0x24, 0x28, 0x42, 0x4a, 0x49, 0x30, 0x39, 0x80, 0x81, 0x84, 0x8e, 0x8f, 0xa1, 0xb0, 0xd8, 0xdc, 0xe0, 0xed, 0xf4, 0xfe, 0xff];
window.check = (label, seed, rounds) => {
  const codec = createTextCodec(label, (name, options) => new TextDecoder(name, options));
  let state = seed;
  const next = (limit) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * limit);
  };
  let valid = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = Uint8Array.from({ length: next(24) }, () => (next(3) === 0 ? LEADS[next(LEADS.length)] : next(256)));
    // Chromium takes the two bytes after a broken JIS X 0212 character for one of that set, unlike the standard.
    if (label === 'euc-jp') bytes.forEach((byte, at) => byte === 0x8f && (bytes[at] = 0x8e));
    const { count, codes, starts } = codec.decode(bytes, false);
    const text = [...codes].filter((code) => !isInvalid(code)).map((code) => codec.codeText(code)).join('');
    // A new one each time: see legacy.ts.
    const expected = new TextDecoder(label, { ignoreBOM: true }).decode(bytes).replaceAll('\\ufffd', '');
    if (text.replaceAll('\\ufffd', '') !== expected) return { bytes: [...bytes], text, expected };
    if (starts[0] !== 0 || starts[count] !== bytes.length) return { bytes: [...bytes], starts: [...starts] };
    valid += [...text].length;
  }
  return valid;
};
`;

/** The names of the WHATWG encoding standard, without `replacement`, which decodes nothing. */
const ENCODINGS = (
  'utf-8 utf-16le utf-16be ibm866 iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-8-i ' +
  'iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16 koi8-r koi8-u macintosh windows-874 windows-1250 windows-1251 ' +
  'windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 x-mac-cyrillic gbk gb18030 big5 ' +
  'euc-jp shift_jis euc-kr x-user-defined'
).split(' ');

let browser: Browser;
let script: string;

beforeAll(async () => {
  const bundle = await build({
    stdin: { contents: ENTRY, resolveDir: new URL('../..', import.meta.url).pathname, loader: 'js' },
    bundle: true,
    write: false,
    format: 'iife',
  });
  script = bundle.outputFiles[0]?.text ?? '';
  browser = await chromium.launch({ executablePath: findOrInstallChromium(), args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
});

test('decodes what the browser decodes, in every encoding', async () => {
  const page = await browser.newPage();
  await page.addScriptTag({ content: script });
  for (const label of ENCODINGS) {
    const result = await page.evaluate(
      ([name, rounds]) =>
        (window as unknown as { check: (label: string, seed: number, rounds: number) => unknown }).check(
          name,
          7,
          rounds,
        ),
      [label, 3_000] as const,
    );
    expect(typeof result === 'number' ? label : { label, result }).toBe(label);
    expect(result).toBeGreaterThan(1_000);
  }
});
