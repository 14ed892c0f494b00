import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLevel } from '../../../shared/text/levels.ts';
import { applySgr, PLAIN } from '../../../shared/text/sgr.ts';

const styleOf = (...parameters: string[]) => parameters.reduce(applySgr, PLAIN);

describe('SGR', () => {
  it('reads the sixteen colours and attributes', () => {
    expect(styleOf('31')).toMatchObject({ foreground: 1, background: null });
    expect(styleOf('97;104')).toMatchObject({ foreground: 15, background: 12 });
    expect(styleOf('1;2;3;4;7;9')).toMatchObject({
      bold: true,
      dim: true,
      italic: true,
      underline: true,
      inverse: true,
      strike: true,
    });
    expect(styleOf('1;2', '22')).toBe(PLAIN);
    expect(styleOf('31;44', '39;49')).toBe(PLAIN);
    expect(styleOf('31', '')).toBe(PLAIN);
    expect(styleOf('31;1', ';32')).toMatchObject({ foreground: 2, bold: false });
  });

  it('reads 256 and direct colours in both forms', () => {
    expect(styleOf('38;5;9').foreground).toBe(9);
    expect(styleOf('38;5;16').foreground).toBe('#000000');
    expect(styleOf('38;5;196').foreground).toBe('#ff0000');
    expect(styleOf('38;5;231').foreground).toBe('#ffffff');
    expect(styleOf('48;5;232').background).toBe('#080808');
    expect(styleOf('38;2;1;2;255;1')).toMatchObject({ foreground: '#0102ff', bold: true });
    expect(styleOf('38:5:196').foreground).toBe('#ff0000');
    expect(styleOf('38:2::1:2:3').foreground).toBe('#010203');
    expect(styleOf('38:2:1:2:3').foreground).toBe('#010203');
    expect(styleOf('4:3').underline).toBe(true);
    expect(styleOf('4', '4:0')).toBe(PLAIN);
  });

  it('ignores what it does not know and never throws', () => {
    expect(styleOf('38;5;256')).toBe(PLAIN);
    expect(styleOf('38;9;1;1')).toBe(PLAIN);
    expect(styleOf('8;73')).toBe(PLAIN);
    const parameters = fc.array(fc.constantFrom('0', '1', '38', '48', '5', '2', '255', ';', ':', '999'), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(parameters, (parts) => {
        const style = applySgr(PLAIN, parts.join(''));
        for (const colour of [style.foreground, style.background]) {
          if (typeof colour === 'string') expect(colour).toMatch(/^#[0-9a-f]{6}$/);
          else if (colour !== null) expect(colour >= 0 && colour <= 15).toBe(true);
        }
      }),
      { seed: 21, numRuns: 2_000 },
    );
  });
});

describe('log levels', () => {
  it.each([
    ['2024-01-01 12:00:00,123 ERROR [main] x', 'error', 'ERROR'],
    ['[Sun Dec 04 04:47:44 2005] [error] mod_jk', 'error', 'error'],
    ['081109 203615 148 INFO dfs.DataNode: x', 'info', 'INFO'],
    ['{"level":"warn","msg":"ERROR"}', 'warning', 'warn'],
    ['ts=1 level=debug msg=x', 'debug', 'debug'],
    ['warning: unused variable', 'warning', 'warning'],
    ['I TRACE', 'debug', 'TRACE'],
  ])('%s', (line, level, word) => {
    const found = findLevel(line);
    expect(found?.level).toBe(level);
    expect(line.slice(found?.start, found?.end)).toBe(word);
  });

  it.each(['the error was small', 'TERRORISM', 'information', '', 'ERROR_CODE=1', `${' '.repeat(200)}ERROR`])(
    'none in %j',
    (line) => expect(findLevel(line)).toBeNull(),
  );
});
