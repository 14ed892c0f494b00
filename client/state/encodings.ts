/** The encodings of the WHATWG standard by the names people know them by; ISO 8859-16 is missing in Node's TextDecoder. */
import type { Choice } from './ui.ts';

const GROUPS: Readonly<Record<string, readonly (readonly [label: string, name: string])[]>> = {
  Unicode: [
    ['utf-8', 'UTF-8'],
    ['utf-16le', 'UTF-16 LE'],
    ['utf-16be', 'UTF-16 BE'],
  ],
  'Western European': [
    ['windows-1252', 'Windows-1252 (Latin-1)'],
    ['iso-8859-15', 'ISO 8859-15 (Latin-9)'],
    ['macintosh', 'Mac Roman'],
    ['iso-8859-3', 'ISO 8859-3 (South European)'],
    ['iso-8859-10', 'ISO 8859-10 (Nordic)'],
    ['iso-8859-14', 'ISO 8859-14 (Celtic)'],
  ],
  'Central and Eastern European': [
    ['windows-1250', 'Windows-1250'],
    ['iso-8859-2', 'ISO 8859-2'],
    ['windows-1257', 'Windows-1257 (Baltic)'],
    ['iso-8859-4', 'ISO 8859-4 (Baltic)'],
    ['iso-8859-13', 'ISO 8859-13 (Baltic)'],
  ],
  Cyrillic: [
    ['windows-1251', 'Windows-1251'],
    ['koi8-r', 'KOI8-R'],
    ['koi8-u', 'KOI8-U'],
    ['iso-8859-5', 'ISO 8859-5'],
    ['ibm866', 'IBM 866'],
    ['x-mac-cyrillic', 'Mac Cyrillic'],
  ],
  'Greek and Turkish': [
    ['windows-1253', 'Windows-1253 (Greek)'],
    ['iso-8859-7', 'ISO 8859-7 (Greek)'],
    ['windows-1254', 'Windows-1254 (Turkish)'],
  ],
  'Middle East': [
    ['windows-1255', 'Windows-1255 (Hebrew)'],
    ['iso-8859-8', 'ISO 8859-8 (Hebrew, visual)'],
    ['iso-8859-8-i', 'ISO 8859-8-I (Hebrew, logical)'],
    ['windows-1256', 'Windows-1256 (Arabic)'],
    ['iso-8859-6', 'ISO 8859-6 (Arabic)'],
  ],
  'East Asian': [
    ['shift_jis', 'Shift JIS (Japanese)'],
    ['euc-jp', 'EUC-JP (Japanese)'],
    ['iso-2022-jp', 'ISO 2022-JP (Japanese)'],
    ['gb18030', 'GB 18030 (Chinese, simplified)'],
    ['gbk', 'GBK (Chinese, simplified)'],
    ['big5', 'Big5 (Chinese, traditional)'],
    ['euc-kr', 'EUC-KR (Korean)'],
  ],
  'South-East Asian': [
    ['windows-874', 'Windows-874 (Thai)'],
    ['windows-1258', 'Windows-1258 (Vietnamese)'],
  ],
};

export const ENCODING_CHOICES: readonly Choice[] = Object.entries(GROUPS).flatMap(([group, encodings]) =>
  encodings.map(([id, label]) => ({ id, label, group, detail: id })),
);

/** The name of an encoding in the status bar. */
export function encodingName(label: string): string {
  const found = ENCODING_CHOICES.find(({ id }) => id === label)?.label ?? label;
  return found.replace(/ \(.*\)$/, '');
}
