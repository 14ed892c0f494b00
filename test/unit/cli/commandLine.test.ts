import { describe, expect, it } from 'vitest';
import { HELP, parseByteCount, parseCommandLine, UsageError } from '../../../server/cli.ts';
import { hasDisplay } from '../../../server/cliTerminal.ts';

const serve = (...args: string[]) => {
  const command = parseCommandLine(args, null, false);
  if (command.kind !== 'serve') throw new Error(`not serve: ${command.kind}`);
  return command.options;
};
const usage = (...args: string[]): string => {
  try {
    parseCommandLine(args, null, false);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error(`accepted: ${args.join(' ')}`);
};

describe('the command line', () => {
  it('has defaults that are safe', () => {
    expect(serve('a.log')).toEqual({
      files: ['a.log'],
      port: null,
      host: '127.0.0.1',
      open: true,
      token: null,
      engine: 'cached',
      cache: true,
      view: null,
      line: null,
      offset: null,
      follow: false,
    });
  });

  it('takes every option, before and after the files, and the same file twice', () => {
    const args = ['a', '--port', '8080', '--host=::1', '--no-open', 'a', '--token', 'x'.repeat(16), '--engine=read'];
    expect(serve(...args, '--no-cache', '--hex', '--offset', '4K', '--', '--odd')).toEqual({
      files: ['a', 'a', '--odd'],
      port: 8080,
      host: '::1',
      open: false,
      token: 'x'.repeat(16),
      engine: 'read',
      cache: false,
      view: 'hex',
      line: null,
      offset: 4096,
      follow: false,
    });
    expect(serve('--text', '--line', '1', 'a')).toMatchObject({ view: 'text', line: 0 });
    expect(serve('--follow', 'a')).toMatchObject({ follow: true, line: null, offset: null });
  });

  it('takes - for standard input, once, beside other files, and when something is piped and no file is given', () => {
    expect(serve('-').files).toEqual(['-']);
    expect(serve('a', '-', './-').files).toEqual(['a', '-', './-']);
    expect(usage('-', 'a', '-')).toContain('given twice');
    const files = (args: string[], piped: boolean) => {
      const command = parseCommandLine(args, null, piped);
      return command.kind === 'serve' ? command.options.files : command.kind;
    };
    expect(files([], true)).toEqual(['-']);
    expect(files(['--text'], true)).toEqual(['-']);
    expect(files(['a'], true)).toEqual(['a']);
    expect(files(['--help'], true)).toBe('help');
  });

  it.each([
    [['--help'], 'help'],
    [['-h', 'a'], 'help'],
    [['--version'], 'version'],
    [['-V'], 'version'],
  ])('%j is %s', (args, kind) => {
    expect(parseCommandLine(args, null, false).kind).toBe(kind);
  });

  it.each([
    [[], 'no file given'],
    [['--frob', 'a'], 'unknown option --frob'],
    [['-x', 'a'], 'unknown option -x'],
    [['--follow', '--line', '3', 'a'], '--follow'],
    [['a', '--port'], '--port needs a value'],
    [['a', '--port', ''], '--port'],
    [['a', '--port', '65536'], '65536'],
    [['a', '--port', '-1'], '-1'],
    [['a', '--port', '80x'], '80x'],
    [['a', '--port', '1.5'], '1.5'],
    [['a', '--port', '1', '--port', '2'], 'twice'],
    [['a', '--no-open=yes'], 'takes no value'],
    [['a', '--host='], '--host'],
    [['a', '--token', 'short'], '16'],
    [['a', '--token', `${'x'.repeat(20)} y`], 'spaces'],
    [['a', '--engine', 'warp'], 'warp'],
    [['a', '--line', '0'], '0'],
    [['a', '--line', '9007199254740992'], '9007199254740992'],
    [['a', '--offset', '12 apples'], 'apples'],
    [['a', '--hex', '--text'], 'exclude'],
    [['a', '--line', '1', '--offset', '1'], 'exclude'],
    [['a', '--port', '\u001b[31m\n'], '\\x1b[31m\\n'],
  ])('%j is wrong and says why in one line', (args, part) => {
    const message = usage(...args);
    expect(message).toContain(part);
    expect(message).not.toContain('\n');
  });

  it('never repeats a token that it refuses', () => {
    expect(usage('a', '--token', 'secret secret secret')).not.toContain('secret');
  });

  it('takes the raw bytes of names that are not UTF-8, and of no others', () => {
    const raw = [Buffer.from('--hex'), Buffer.from('ok'), Buffer.from([0x61, 0xff, 0x62])];
    const command = parseCommandLine(['--hex', 'ok', 'a\ufffdb'], raw, false);
    expect(command.kind === 'serve' && command.options.files).toEqual(['ok', raw[2]]);
  });

  it('names every option in the help, in lines that fit a terminal', () => {
    for (const name of [
      'port',
      'host',
      'no-open',
      'token',
      'engine',
      'no-cache',
      'hex',
      'text',
      'line',
      'offset',
      'version',
      'help',
    ]) {
      expect(HELP).toContain(`--${name}`);
    }
    expect(Math.max(...HELP.split('\n').map((line) => line.length))).toBeLessThanOrEqual(88);
  });
});

it.each([
  ['0', 0],
  ['4096', 4096],
  ['0x1000', 4096],
  ['0XfF', 255],
  ['4K', 4096],
  ['4k', 4096],
  ['4KiB', 4096],
  ['1.5G', 1.5 * 2 ** 30],
  ['1T', 2 ** 40],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['9007199254740992', null],
  ['0.3', null],
  ['8P', null],
  ['-1', null],
  ['1e3', null],
  ['', null],
  ['0x', null],
  ['1 K', null],
])('%s is %s bytes', (text, bytes) => {
  expect(parseByteCount(text)).toBe(bytes);
});

it('opens no browser on Linux without a display', () => {
  expect(hasDisplay('linux', {})).toBe(false);
  expect(hasDisplay('linux', { DISPLAY: '' })).toBe(false);
  expect(hasDisplay('linux', { DISPLAY: ':0' })).toBe(true);
  expect(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
  expect(hasDisplay('linux', { WSL_DISTRO_NAME: 'Debian' })).toBe(true);
  expect(hasDisplay('darwin', {})).toBe(true);
});
