import { expect, test } from 'vitest';
import { createApi } from '../../../client/api/client.ts';
import { ApiError, isTransient, NetworkError } from '../../../client/api/errors.ts';
import { readNdjson } from '../../../client/api/ndjson.ts';

/** An api on a fetch that answers with what the test gives it, and notes what was asked. */
function setUp(answer: () => Response | Promise<Response>) {
  const asked: { url: string; init: RequestInit }[] = [];
  const api = createApi({
    baseUrl: 'http://here',
    token: () => 'secret',
    run: () => 'run-1',
    fetch: (async (url: string, init: RequestInit) => {
      asked.push({ url, init });
      return answer();
    }) as typeof fetch,
  });
  return { api, asked };
}

test('bytes: query, token, size and generation', async () => {
  const headers = { 'X-Bigview-Size': '1099511627776', 'X-Bigview-Generation': '3' };
  const { api, asked } = setUp(() => new Response(Uint8Array.of(1, 2, 3), { headers }));
  const reply = await api.bytes('a b', 2 ** 40 - 3, 65_536, 3);
  expect(reply).toEqual({ bytes: Uint8Array.of(1, 2, 3), size: 2 ** 40, generation: 3 });
  expect(asked[0]?.url).toBe('http://here/api/files/a%20b/bytes?offset=1099511627773&length=65536&generation=3');
  expect(new Headers(asked[0]?.init.headers).get('Authorization')).toBe('Bearer secret');
});

test('a reply without its headers is not ours', async () => {
  const { api } = setUp(() => new Response(Uint8Array.of(1)));
  await expect(api.bytes('f', 0, 1, null)).rejects.toThrow(NetworkError);
});

test('what is known is of one run, and every request but the one for the list says of which', async () => {
  const { api, asked } = setUp(() => Response.json({}));
  await api.lines('f', { offset: 0, count: 1 });
  await api.files();
  const runs = asked.map(({ init }) => new Headers(init.headers).get('X-Bigview-Run'));
  expect(runs).toEqual(['run-1', null]);
});

test('a body that is torn is never taken for whole', async () => {
  const headers = { 'X-Bigview-Size': '100', 'X-Bigview-Generation': '1', 'Content-Length': '8' };
  for (const bytes of [0, 3, 7, 9]) {
    const { api } = setUp(() => new Response(new Uint8Array(bytes), { headers }));
    await expect(api.bytes('f', 0, 8, 1)).rejects.toThrow('The reply was cut off');
  }
  const long = setUp(() => new Response(new Uint8Array(8), { headers }));
  await expect(long.api.bytes('f', 0, 4, 1)).rejects.toBeInstanceOf(NetworkError);
  const whole = '{"generation":1,"size":100,"lines":[{"offset":0}]}';
  for (let end = 0; end < whole.length; end++) {
    const { api } = setUp(() => new Response(whole.slice(0, end)));
    const error = await api.lines('f', { offset: 0, count: 1 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NetworkError);
    expect(isTransient(error)).toBe(true);
  }
});

test('an event that is torn ends the stream as a cut line does', async () => {
  const { api } = setUp(() => new Response('{"type":"alive"}\n{"type":"al'));
  const seen: unknown[] = [];
  const read = async (): Promise<void> => {
    for await (const event of api.events('f', new AbortController().signal)) seen.push(event);
  };
  await expect(read()).rejects.toBeInstanceOf(NetworkError);
  expect(seen).toEqual([{ type: 'alive' }]);
});

test('refusals carry code, details and the pause that was asked for', async () => {
  const body = { error: { code: 'busy', message: 'Too many reads' } };
  const { api } = setUp(() => Response.json(body, { status: 503, headers: { 'Retry-After': '2' } }));
  const error = await api.files().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 503, code: 'busy', retryAfterMs: 2_000, message: 'Too many reads' });
  expect(isTransient(error)).toBe(true);
});

test('an error that is not JSON, a cut line, an abort', async () => {
  const html = setUp(() => new Response('<h1>no</h1>', { status: 502, statusText: 'Bad Gateway' }));
  await expect(html.api.files()).rejects.toMatchObject({ name: 'ApiError', status: 502, code: 'internal' });
  const cut = setUp(() => Promise.reject(new TypeError('fetch failed')));
  await expect(cut.api.files()).rejects.toBeInstanceOf(NetworkError);
  const aborted = setUp(() => Promise.reject(new DOMException('stop', 'AbortError')));
  await expect(aborted.api.files()).rejects.toMatchObject({ name: 'AbortError' });
});

test('lines leaves out what was not asked for', async () => {
  const { api, asked } = setUp(() => Response.json({}));
  await api.lines('f', { offset: 5, count: -20, text: 0 });
  expect(asked[0]?.url).toBe('http://here/api/files/f/lines?offset=5&count=-20&text=0');
});

test('NDJSON however it is cut', async () => {
  const whole = new TextEncoder().encode('{"a":"é"}\n\n{"b":2}\n{"c":3}');
  for (let size = 1; size <= whole.length; size++) {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < whole.length; at += size) controller.enqueue(whole.slice(at, at + size));
        controller.close();
      },
    });
    const values: unknown[] = [];
    for await (const value of readNdjson(stream)) values.push(value);
    expect(values).toEqual([{ a: 'é' }, { b: 2 }, { c: 3 }]);
  }
});

test('leaving an event stream hangs up', async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"type":"alive"}\n')),
    cancel: () => {
      cancelled = true;
    },
  });
  const { api } = setUp(() => new Response(stream));
  for await (const event of api.events('f', new AbortController().signal)) {
    expect(event).toEqual({ type: 'alive' });
    break;
  }
  expect(cancelled).toBe(true);
});
