import type { CreateDecoder, TextCodec } from './characters.ts';
import { iso2022jpCodec } from './iso2022jp.ts';
import { legacyCodec } from './legacy.ts';
import { utf8Codec } from './utf8.ts';
import { utf16Codec } from './utf16.ts';

/** The codec of a WHATWG encoding label. Throws what `createDecoder` throws for a label it does not know. */
export function createTextCodec(label: string, createDecoder: CreateDecoder): TextCodec {
  const name = label.toLowerCase();
  switch (name) {
    case 'utf-8':
    case 'utf8':
      return utf8Codec();
    case 'utf-16':
    case 'utf-16le':
      return utf16Codec(false);
    case 'utf-16be':
      return utf16Codec(true);
    case 'iso-2022-jp':
      return iso2022jpCodec(createDecoder);
    default:
      return legacyCodec(name, createDecoder);
  }
}
