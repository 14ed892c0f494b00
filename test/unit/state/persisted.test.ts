import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LAYOUT, restoreLayout, restoreSettings } from '../../../client/state/persisted.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../client/state/store.ts';

describe('what the browser remembers', () => {
  it('comes back as it was', () => {
    const settings: Settings = {
      ...DEFAULT_SETTINGS,
      theme: 'light',
      rowBytes: 'fit',
      grouping: 4,
      addressRadix: 'decimal',
      textColumn: 'encoding',
      wrap: true,
      tabSize: 4,
      fontSize: 16,
    };
    expect(restoreSettings(JSON.stringify(settings))).toEqual(settings);
    const layout = {
      split: 33.3,
      filterSplit: 61.5,
      panelOpen: true,
      panelTab: 'search' as const,
      littleEndian: false,
    };
    expect(restoreLayout(JSON.stringify(layout))).toEqual(layout);
  });

  it('has a check for every setting', () => {
    const restored = restoreSettings(JSON.stringify({ ...DEFAULT_SETTINGS }));
    expect(Object.keys(restored).sort()).toEqual(Object.keys(DEFAULT_SETTINGS).sort());
  });

  it.each([null, '', 'null', '[]', '"x"', '{', '{"theme":"pink","fontSize":400}', '{"rowBytes":7.5,"wrap":"yes"}'])(
    'gives the defaults for %s',
    (text) => expect(restoreSettings(text)).toEqual(DEFAULT_SETTINGS),
  );

  it('keeps what is valid beside what is not, and nothing else', () => {
    const text = '{"theme":"dark","fontSize":"big","__proto__":{"wrap":true},"more":1}';
    expect(restoreSettings(text)).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' });
  });

  it('never throws, and never takes a value of another type', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const restored = restoreSettings(text);
        expect(restored.fontSize).toBeGreaterThanOrEqual(9);
        expect(restoreLayout(text).split).toBeLessThanOrEqual(90);
        expect(Object.keys(restoreLayout(text)).sort()).toEqual(Object.keys(DEFAULT_LAYOUT).sort());
      }),
    );
  });
});
