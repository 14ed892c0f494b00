/** Searches over HTTP against `rg --count-matches` on the same log in the page cache, turn by turn; counts must agree. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchEvent, SearchReply, SearchRequest } from '../../shared/protocol.ts';
import type { BigviewServer } from '../helpers/bigview.ts';
import { withBigview } from './process.ts';
import { median, mib, ms, type Row, ratio } from './stats.ts';

/** Dense: a hit in nearly every line. */
type Group = 'literal' | 'dense' | 'expression';

interface Case {
  readonly group: Group;
  readonly request: SearchRequest;
  /** Of ripgrep, the pattern included. */
  readonly args: readonly string[];
}

const text = (
  group: Group,
  pattern: string,
  options: readonly string[] = [],
  more: Partial<SearchRequest> = {},
): Case => ({
  group,
  request: { kind: 'text', pattern, ...more },
  args: ['-F', ...options, '-e', pattern],
});
const bytes = (pattern: string, same: string): Case => ({
  group: 'literal',
  request: { kind: 'bytes', pattern },
  args: ['-e', `(?-u)${same}`],
});
const regex = (pattern: string, options: readonly string[] = [], more: Partial<SearchRequest> = {}): Case => ({
  group: 'expression',
  request: { kind: 'regex', pattern, ...more },
  args: [...options, '-e', pattern],
});

const ANY_CASE: Partial<SearchRequest> = { caseSensitive: false };

const CASES: readonly Case[] = [
  text('literal', 'no such text'),
  text('literal', 'id=128b2f33'),
  text('literal', 'ERROR'),
  text('literal', 'error', ['-i'], ANY_CASE),
  text('literal', 'status=500', ['-i'], ANY_CASE),
  text('literal', 'auth', ['-w'], { wholeWord: true }),
  bytes('45 52 52 4f 52 20', 'ERROR '),
  bytes('3d 35 30 ?? 20 74', '=50. t'),
  text('literal', 'status=500'),
  text('dense', 'request id'),
  text('dense', 'e'),
  regex('ERROR|WARN'),
  regex('(?:ERROR|WARN).*billing'),
  regex('status=5\\d\\d'),
  regex('took=\\d{3}ms$'),
  regex('^2025.*ERROR'),
  regex('^.*client/29\\d"$'),
  regex('id=[0-9a-f]+ path=/api/v1/items/99\\d+'),
  regex('id=[a-f]{8}'),
  regex('[a-z]+ing '),
  regex('[A-Z]{5,}'),
  regex('\\b[0-9a-f]{8}\\b'),
  regex('\\d+'),
  regex('^$'),
  regex('error.*status=500', ['-i'], ANY_CASE),
];

const AIMS: Readonly<Record<Group, number>> = { literal: 0.8, dense: 0.3, expression: 1 };
const FIRST_HIT_AIM_MS = 50;
const MEMORY_AIM = 300 * 2 ** 20;

interface Outcome {
  readonly took: number;
  /** Until the first state with a hit arrived, ms; null when there was none. */
  readonly firstHit: number | null;
  readonly hits: number;
}

/** One search from the request to its last event. */
async function search(server: BigviewServer, base: string, request: SearchRequest): Promise<Outcome> {
  const began = performance.now();
  const { id } = (await (await server.post(base, request)).json()) as SearchReply;
  const { body } = await server.fetch(`${base}/${id}/events`);
  let firstHit: number | null = null;
  let last: SearchEvent | null = null;
  let rest = '';
  const decoder = new TextDecoder();
  for await (const part of body ?? []) {
    const lines = (rest + decoder.decode(part as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      last = JSON.parse(line) as SearchEvent;
      if (last.type === 'progress' && last.hits > 0) firstHit ??= performance.now() - began;
    }
  }
  const took = performance.now() - began;
  if (last?.type !== 'progress' || !last.complete || last.error) throw new Error(`the search failed: ${rest}`);
  await server.fetch(`${base}/${id}`, { method: 'DELETE' });
  return { took, firstHit, hits: last.hits };
}

async function ripgrep(args: readonly string[], log: string): Promise<Outcome> {
  const began = performance.now();
  const child = spawn('rg', ['--no-config', '--count-matches', ...args, log], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.on('data', (part: Buffer) => {
    stdout += part;
  });
  await once(child, 'close');
  return { took: performance.now() - began, firstHit: null, hits: Number(stdout || 0) };
}

/** `runs` turns each. Throws when the counts differ, or when there is no ripgrep. */
export async function searchBench(log: string, runs: number): Promise<Row[]> {
  if (spawnSync('rg', ['--version']).status !== 0) throw new Error('this benchmark needs ripgrep (rg)');
  const rows: Row[] = [];
  const shares = new Map<Group, number[]>();
  await withBigview([log], [], async ({ server, indexed }) => {
    await indexed();
    const base = `/api/files/${(await server.file()).id}/searches`;
    for (const { group, request, args } of CASES) {
      const ours: Outcome[] = [];
      const theirs: Outcome[] = [];
      for (let run = 0; run < runs; run++) {
        ours.push(await search(server, base, request));
        theirs.push(await ripgrep(args, log));
      }
      const [one] = ours;
      const [other] = theirs;
      if (!one || one.hits !== other?.hits) throw new Error(`${request.pattern}: ${one?.hits}, rg ${other?.hits}`);
      const took = median(ours.map((outcome) => outcome.took));
      const share = took / median(theirs.map((outcome) => outcome.took));
      shares.set(group, [...(shares.get(group) ?? []), share]);
      const name = `${request.kind} ${request.pattern}${request.caseSensitive === false ? ' (any case)' : ''}${request.wholeWord ? ' (word)' : ''}`;
      const figure = `${ms(took).padStart(8)}  ${ratio(share)} of rg  ${one.hits} hits`;
      const aim = AIMS[group];
      rows.push(
        group === 'expression'
          ? { what: name, figure }
          : { what: name, figure, aim: { text: `<= ${aim}`, met: share <= aim } },
      );
    }
  });
  const expressions = shares.get('expression') ?? [];
  const mean = Math.exp(expressions.reduce((sum, share) => sum + Math.log(share), 0) / expressions.length);
  rows.push({
    what: `${expressions.length} expressions, geometric mean`,
    figure: ratio(mean),
    aim: { text: `<= ${AIMS.expression}`, met: mean <= AIMS.expression },
  });
  return [...rows, ...(await firstHits(log, runs)), await manyHits(log)];
}

/** The server starts its threads when it is so old, if no search has come before. */
const THREADS_AFTER_MS = 3_000;

/** Until the first hit is known to the client, in a new process: at once (threads start), after a while, and in later searches. */
async function firstHits(log: string, runs: number): Promise<Row[]> {
  const atOnce: number[] = [];
  const later: number[] = [];
  const again: number[] = [];
  const request: SearchRequest = { kind: 'text', pattern: 'ERROR', from: 1_000_000_000 };
  for (let run = 0; run < 2 * runs; run++) {
    await withBigview([log], [], async ({ server, startedAt, indexed }) => {
      await indexed();
      const base = `/api/files/${(await server.file()).id}/searches`;
      const age = performance.timeOrigin + performance.now() - startedAt;
      if (run % 2 === 1) await sleep(Math.max(0, THREADS_AFTER_MS - age));
      (run % 2 === 0 ? atOnce : later).push((await search(server, base, request)).firstHit ?? Number.NaN);
      again.push((await search(server, base, request)).firstHit ?? Number.NaN);
    });
  }
  const row = (what: string, values: readonly number[]): Row => {
    const value = median(values);
    return { what, figure: ms(value), aim: { text: `< ${FIRST_HIT_AIM_MS} ms`, met: value < FIRST_HIT_AIM_MS } };
  };
  return [
    row('first hit, first search, as soon as lines are counted', atOnce),
    row('first hit, first search, 3 s after the start', later),
    row('first hit, later searches', again),
  ];
}

/** Peak memory of a server with a hit on every line of the log. */
async function manyHits(log: string): Promise<Row> {
  return withBigview([log], [], async ({ server, indexed, peakRss }) => {
    await indexed();
    const base = `/api/files/${(await server.file()).id}/searches`;
    const { hits } = await search(server, base, { kind: 'text', pattern: 'request id' });
    const rss = peakRss();
    return {
      what: `peak RSS with ${(hits / 1e6).toFixed(1)} million hits`,
      figure: mib(rss),
      aim: { text: `< ${mib(MEMORY_AIM)}`, met: rss < MEMORY_AIM },
    };
  });
}
