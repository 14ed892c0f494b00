/** The same counts and offsets as ripgrep and grep have, where they are installed (BIGVIEW_REQUIRE_RG=1: they must be). */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SearchRequest } from '../../../shared/protocol.ts';
import { logText } from '../../bench/corpus.ts';
import { tempFolder } from '../../helpers/files.ts';
import { SMALL_SIZES, searchBytes, smallPool } from './engine.ts';

const has = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;
const required = process.env.BIGVIEW_REQUIRE_RG === '1';
const [hasRg, hasGrep] = [has('rg'), has('grep')];

const pool = smallPool({ ...SMALL_SIZES, segmentBytes: 131_072 });
afterAll(() => pool.stop());

// The last line has its end: without, ripgrep 13 misses a match of nothing there. All is ASCII: ripgrep finds nothing in the
// middle of a character, which is no place for us.
const bytes = Buffer.concat([logText(300_000, 3), Buffer.from('\n\n  tail aaaa aaaaa\n')]);
const path = join(tempFolder(), 'log');
writeFileSync(path, bytes);

const CASES: readonly [SearchRequest, readonly string[]][] = [
  [{ kind: 'text', pattern: 'ERROR' }, ['-F']],
  [{ kind: 'text', pattern: 'aaaa' }, ['-F']],
  [{ kind: 'text', pattern: 'aa' }, ['-F']],
  [{ kind: 'text', pattern: 'error', caseSensitive: false }, ['-F', '-i']],
  [{ kind: 'text', pattern: 'STATUS=500', caseSensitive: false }, ['-F', '-i']],
  [{ kind: 'text', pattern: 'auth', wholeWord: true }, ['-F', '-w']],
  [{ kind: 'text', pattern: 'id', wholeWord: true }, ['-F', '-w']],
  [{ kind: 'text', pattern: 'no such text' }, ['-F']],
  ...[
    'status=5\\d\\d',
    'took=\\d{3}ms$',
    '^2025.*ERROR',
    '[A-Z]{5,}',
    'ERROR|WARN',
    '(?:ERROR|WARN).*billing',
    '\\b[0-9a-f]{8}\\b',
    '^$',
    '^',
    '$',
    'x*',
    'a+',
    'a*?',
    'e|er|err',
    '[^ ]+',
    '\\s+',
    '(?:a|aa)a',
    'client/2\\d*"?',
    '.',
    '.*',
  ].map((pattern): [SearchRequest, string[]] => [{ kind: 'regex', pattern }, []]),
];

test('ripgrep is there when it must be', () => {
  expect(required && !(hasRg && hasGrep), 'BIGVIEW_REQUIRE_RG=1, but rg or grep is not installed').toBe(false);
});

test.runIf(hasRg).each(CASES)('rg --count-matches: %o', async (request, options) => {
  const { stdout } = spawnSync('rg', ['--no-config', '--count-matches', ...options, '-e', request.pattern, path]);
  const hits = await searchBytes(pool, bytes, request);
  expect(hits.length).toBe(Number(stdout.toString() || 0));
});

test.runIf(hasRg).each(CASES)('rg finds them at the same places: %o', async (request, options) => {
  const args = ['--no-config', '-o', '-b', '-N', '--no-filename', ...options, '-e', request.pattern, path];
  const { stdout } = spawnSync('rg', args, { maxBuffer: 1 << 28 });
  const lines = stdout.toString().split('\n').slice(0, -1);
  const hits = await searchBytes(pool, bytes, request);
  expect(hits.map(({ offset, length }) => `${offset}:${bytes.toString('utf8', offset, offset + length)}`)).toEqual(
    lines,
  );
});

test.runIf(hasGrep)('grep -boa finds the same bytes', async () => {
  const binary = Buffer.concat([
    bytes.subarray(0, 200_000),
    Buffer.of(0, 1, 2, 0xff, 0xfe),
    bytes.subarray(0, 200_000),
  ]);
  const file = join(tempFolder(), 'binary');
  writeFileSync(file, binary);
  for (const pattern of ['ERROR', 'status=', 'aa', '00']) {
    const { stdout } = spawnSync('grep', ['-boaF', pattern, file], { maxBuffer: 1 << 28, env: { LC_ALL: 'C' } });
    const offsets = stdout
      .toString('latin1')
      .split('\n')
      .slice(0, -1)
      .map((line) => Number(line.split(':')[0]));
    const hex = Buffer.from(pattern).toString('hex');
    const hits = await searchBytes(pool, binary, { kind: 'bytes', pattern: hex });
    expect(hits.map(({ offset }) => offset)).toEqual(offsets);
  }
});
