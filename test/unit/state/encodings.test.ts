import { expect, it } from 'vitest';
import { ENCODING_CHOICES, encodingName } from '../../../client/state/encodings.ts';

it('offers each encoding once, by the label that TextDecoder gives it', () => {
  const ids = ENCODING_CHOICES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength(37);
  for (const id of ids) expect(new TextDecoder(id).encoding, id).toBe(id);
});

it('names them in short', () => {
  expect(encodingName('windows-1252')).toBe('Windows-1252');
  expect(encodingName('utf-16le')).toBe('UTF-16 LE');
  expect(encodingName('made-up')).toBe('made-up');
});
