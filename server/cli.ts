/** The command line, as data: nothing here opens, prints or exits. */
import { parseArgs } from 'node:util';
import type { EngineName } from '../shared/protocol.ts';
import { displayPath } from './source/displayPath.ts';

/** Wrong usage; the message is one line for the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface ServeOptions {
  /** As given; raw bytes where the argument was not UTF-8. `-` is standard input. */
  readonly files: readonly (string | Buffer)[];
  /** 0: any free port; null: that of an earlier run, if it is free. */
  readonly port: number | null;
  readonly host: string;
  readonly open: boolean;
  /** Null: a random one. */
  readonly token: string | null;
  readonly engine: EngineName;
  readonly cache: boolean;
  readonly view: 'hex' | 'text' | null;
  /** 0-based, though counted from 1 on the command line as on the screen. */
  readonly line: number | null;
  readonly offset: number | null;
  /** The page begins with the end in view, and keeps it there as the file grows. */
  readonly follow: boolean;
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly options: ServeOptions };

export const HELP = `Usage: bigview [options] FILE...
       command | bigview [options] [-] [FILE...]

Shows files of any size in the browser, as lines of text and as bytes. The FILE "-"
is standard input, and meant as well when there is no FILE and something is piped
in; it is kept in a private temporary file and followed as it comes.

View
  --text            start in the text view
  --hex             start in the hex view
  --line N          start at line N (the first is 1)
  --offset N        start at byte N: 4096, 0x1000, 4K, 1.5G
  --follow          keep the end in view as files grow, and go on with the new file
                    when one is rotated, as tail -F

Server
  --port N          port to listen on, 0 for any free one; default: the one of the
                    last run if it is free, so that the browser finds its marks
  --host ADDRESS    address to listen on (default 127.0.0.1: this machine only)
  --token T         token for scripts, at least 16 characters (default: random)
  --no-open         only print the link, do not open a browser
  --engine NAME     how bytes are read: cached (default: straight from the page
                    cache, else as map), map (a mapping), mmap-io or read
  --no-cache        neither use nor write line indexes on disk, nor remember the port

  --version         print the version
  --help            print this

Prints the link to open on stdout. It works once and for a minute; press Enter for
a fresh one, or send SIGUSR2 where there is no terminal. The page keeps working until
bigview ends (Ctrl+C).
The HTTP API takes the token as "Authorization: Bearer T".
`;

/** The FILE that means standard input. */
export const STDIN = '-';

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'no-open': { type: 'boolean' },
  token: { type: 'string' },
  engine: { type: 'string' },
  'no-cache': { type: 'boolean' },
  hex: { type: 'boolean' },
  text: { type: 'boolean' },
  line: { type: 'string' },
  offset: { type: 'string' },
  follow: { type: 'boolean' },
  version: { type: 'boolean', short: 'V' },
  help: { type: 'boolean', short: 'h' },
} as const;

type OptionName = keyof typeof OPTIONS;
const isOption = (name: string): name is OptionName => Object.hasOwn(OPTIONS, name);

const ENGINES: readonly EngineName[] = ['cached', 'map', 'mmap-io', 'read'];

function bad(option: OptionName, value: string, needed: string): UsageError {
  return new UsageError(`--${option} ${displayPath(value)}: ${needed}`);
}

const UNITS = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
  ['t', 2 ** 40],
  ['p', 2 ** 50],
]);

/** A byte count: decimal or hex, with an optional binary unit for decimals; null when it is none or not a whole number. */
export function parseByteCount(text: string): number | null {
  const hex = /^0x([0-9a-f]+)$/i.exec(text);
  const decimal = /^(\d+(?:\.\d+)?)([kmgtp]?)(?:i?b)?$/i.exec(text);
  let value = Number.NaN;
  if (hex) value = Number(text);
  else if (decimal) value = Number(decimal[1]) * (UNITS.get((decimal[2] ?? '').toLowerCase()) ?? Number.NaN);
  return Number.isSafeInteger(value) ? value : null;
}

function integer(option: OptionName, text: string, min: number, max: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw bad(option, text, `must be an integer from ${min} to ${max}`);
  return value;
}

interface Parsed {
  readonly values: ReadonlyMap<OptionName, string>;
  readonly files: readonly (string | Buffer)[];
}

function readTokens(args: readonly string[], rawArgs: readonly Buffer[] | null): Parsed {
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<OptionName, string>();
  const files: (string | Buffer)[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      // Node decodes arguments as UTF-8 and loses what is not; U+FFFD is where it may have.
      files.push(token.value.includes('\ufffd') ? (rawArgs?.[token.index] ?? token.value) : token.value);
    } else if (token.kind === 'option') {
      const { name } = token;
      if (!isOption(name)) throw new UsageError(`unknown option ${displayPath(token.rawName)} (--help lists all)`);
      const wantsValue = OPTIONS[name].type === 'string';
      if (wantsValue && token.value === undefined) throw new UsageError(`--${name} needs a value`);
      if (!wantsValue && token.value !== undefined) throw new UsageError(`--${name} takes no value`);
      if (values.has(name)) throw new UsageError(`--${name} was given twice`);
      values.set(name, token.value ?? '');
    }
  }
  return { values, files };
}

/**
 * Reads the arguments after the script's name. `rawArgs` are the same as bytes where the system tells them, else null; `piped`
 * says that there is something to be read on standard input. Throws UsageError.
 */
export function parseCommandLine(args: readonly string[], rawArgs: readonly Buffer[] | null, piped: boolean): Command {
  const { values, files: given } = readTokens(args, rawArgs);
  const files = given.length === 0 && piped ? [STDIN] : given;
  if (values.has('help')) return { kind: 'help' };
  if (values.has('version')) return { kind: 'version' };
  if (values.has('hex') && values.has('text')) throw new UsageError('--hex and --text exclude each other');
  if (values.has('line') && values.has('offset')) throw new UsageError('--line and --offset exclude each other');
  if (values.has('follow') && (values.has('line') || values.has('offset'))) {
    throw new UsageError('--follow starts at the end: --line and --offset exclude it');
  }
  const { port, host, token, engine, line, offset } = Object.fromEntries(values) as Partial<Record<OptionName, string>>;
  if (host === '') throw new UsageError('--host needs a value');
  if (token !== undefined && !/^[!-~]{16,256}$/.test(token)) {
    // The value stays out of the message: it may be a real secret with a slip in it.
    throw new UsageError('--token: needs 16 to 256 printable ASCII characters without spaces');
  }
  const engineName = ENGINES.find((name) => name === (engine ?? 'cached'));
  if (!engineName) throw bad('engine', engine ?? '', `must be one of ${ENGINES.join(', ')}`);
  const start = offset === undefined ? null : parseByteCount(offset);
  if (offset !== undefined && start === null)
    throw bad('offset', offset, 'must be a number of bytes such as 4096, 0x1000 or 4K');
  if (files.filter((file) => file === STDIN).length > 1) throw new UsageError('- (standard input) was given twice');
  if (files.length === 0) throw new UsageError('no file given (--help tells how to use it)');
  return {
    kind: 'serve',
    options: {
      files,
      port: port === undefined ? null : integer('port', port, 0, 65_535),
      host: host ?? '127.0.0.1',
      open: !values.has('no-open'),
      token: token ?? null,
      engine: engineName,
      cache: !values.has('no-cache'),
      view: values.has('hex') ? 'hex' : values.has('text') ? 'text' : null,
      line: line === undefined ? null : integer('line', line, 1, Number.MAX_SAFE_INTEGER) - 1,
      offset: start,
      follow: values.has('follow'),
    },
  };
}
