import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { getHead, Wire } from '../helpers/wire.ts';

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; " +
  "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

let server: BigviewServer;
let id: string;
beforeAll(async () => {
  const path = join(tempFolder(), 'a.log');
  writeFileSync(path, 'one\ntwo\n');
  server = await startServer({ files: [path] });
  id = (await server.file()).id;
});

/** Status of a raw request; `Connection: close` is added. */
async function status(head: string[], body = ''): Promise<number> {
  const reply = await server.raw(`${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(reply)?.[1] ?? 0);
}
const host = (): string => `Host: 127.0.0.1:${server.port}`;
const bearer = (): string => `Authorization: Bearer ${server.token}`;

function expectHeaders(headers: Headers): void {
  expect(headers.get('content-security-policy')).toBe(CSP);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('x-powered-by')).toBeNull();
  expect(headers.get('strict-transport-security')).toBeNull();
  expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  expect(headers.get('set-cookie')).toBeNull();
}

const routes = (): string[] =>
  [
    '',
    '/bytes?offset=0&length=1',
    '/lines?start=0&count=1',
    '/content',
    '/events',
    '/reopen',
    '/follow',
    '/downloads',
    '/index',
    '/searches',
  ]
    .map((route) => `/api/files/${id}${route}`)
    .concat('/api', '/api/', '/api/files', '/api/none', '/api/files/nope', '/api/session/x');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

describe('the token', () => {
  it('is needed by every route and method', async () => {
    for (const route of routes()) {
      for (const method of METHODS) {
        for (const authorization of [
          '',
          'Bearer',
          `Bearer ${server.token}x`,
          `Bearer ${server.token.slice(1)}`,
          `Basic ${server.token}`,
        ]) {
          const response = await fetch(server.origin + route, { method, headers: { authorization } });
          expect(`${method} ${route} ${response.status}`).toBe(`${method} ${route} 401`);
          expectHeaders(response.headers);
          await response.arrayBuffer();
        }
      }
    }
  });

  it('is not in the page, nor does a query or cookie replace it', async () => {
    for (const suffix of [`?token=${server.token}`, `?access_token=${server.token}`]) {
      const response = await fetch(`${server.origin}/api/files${suffix}`, {
        headers: { cookie: `token=${server.token}` },
      });
      expect(response.status).toBe(401);
    }
    const page = await (await fetch(`${server.origin}/`)).text();
    expect(page).not.toContain(server.token);
  });

  it('is traded for the code once', async () => {
    const path = join(tempFolder(), 'x');
    writeFileSync(path, '');
    const fresh = await startServer({ files: [path] });
    const trade = (code: unknown) =>
      fetch(`${fresh.origin}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code }),
      });
    expect((await trade('wrong')).status).toBe(401);
    expect((await trade(7)).status).toBe(401);
    const traded = await trade(fresh.code);
    expect(traded.status).toBe(200);
    expect(await traded.json()).toEqual({ token: fresh.token });
    expectHeaders(traded.headers);
    expect(traded.headers.get('cache-control')).toBe('no-store');
    const replay = await trade(fresh.code);
    expect(replay.status).toBe(401);
    expect(await replay.text()).not.toContain(fresh.token);
  });

  it('wants POST and JSON for the trade', async () => {
    const session = `${server.origin}/api/session`;
    const get = await fetch(session);
    expect(get.status).toBe(405);
    expect(get.headers.get('allow')).toBe('POST');
    const send = async (type: string, body: string): Promise<number> =>
      (await fetch(session, { method: 'POST', headers: { 'content-type': type }, body })).status;
    expect(await send('text/plain', '{"code":"x"}')).toBe(415);
    expect(await send('application/x-www-form-urlencoded', 'code=x')).toBe(415);
    expect(await send('application/json; charset=utf-16', '{}')).toBe(415);
    expect(await send('application/json', '{"code"')).toBe(400);
    expect(await send('application/json', '["x"]')).toBe(400);
    expect(await send('application/json', 'null')).toBe(400);
    expect(await send('application/json', '{"code":"x","more":1}')).toBe(400);
    expect(await send('application/json; charset=utf-8', '{"code":"x"}')).toBe(401);
    expect(await send('application/json', `{"code":"${'x'.repeat(16_384)}"}`)).toBe(413);
  });
});

describe('where a request comes from', () => {
  it.each<[string, (port: number) => string[], number]>([
    ['127.0.0.1', (port) => [`Host: 127.0.0.1:${port}`], 200],
    ['localhost', (port) => [`Host: localhost:${port}`], 200],
    ['LOCALHOST', (port) => [`Host: LOCALHOST:${port}`], 200],
    ['[::1]', (port) => [`Host: [::1]:${port}`], 200],
    ['no port', () => ['Host: 127.0.0.1'], 403],
    ['another port', (port) => [`Host: 127.0.0.1:${port + 1}`], 403],
    ['a rebound name', (port) => [`Host: evil.example:${port}`], 403],
    ['a suffix', (port) => [`Host: localhost:${port}.evil.example`], 403],
    ['user info', (port) => [`Host: localhost:${port}@evil.example`], 403],
    ['a trailing dot', (port) => [`Host: localhost.:${port}`], 403],
    ['decimal', (port) => [`Host: 2130706433:${port}`], 403],
    ['nothing', () => ['Host:'], 403],
    ['none', () => [], 400],
    ['two equal', (port) => [`Host: 127.0.0.1:${port}`, `Host: 127.0.0.1:${port}`], 400],
    ['a good and a bad', (port) => [`Host: 127.0.0.1:${port}`, 'HOST: evil.example'], 400],
    ['X-Forwarded-Host', (port) => ['Host: evil.example', `X-Forwarded-Host: 127.0.0.1:${port}`], 403],
  ])('Host %s', async (_name, hosts, expected) => {
    for (const target of ['/api/files', '/']) {
      const wanted = expected === 200 && target === '/' ? [200, 404] : [expected];
      expect(wanted).toContain(await status([`GET ${target} HTTP/1.1`, bearer(), ...hosts(server.port)]));
    }
  });

  it('HTTP/1.0 needs a Host, too', async () => {
    expect(await status(['GET /api/files HTTP/1.0', bearer()])).toBe(400);
    expect(await status(['GET /api/files HTTP/1.0', bearer(), host()])).toBe(200);
  });

  it.each([
    ['GET http://127.0.0.1/api/files HTTP/1.1', 400],
    ['GET http://evil.example/ HTTP/1.1', 400],
    ['OPTIONS * HTTP/1.1', 400],
    ['GET api/files HTTP/1.1', 400],
    ['GET //api/files HTTP/1.1', 404],
    ['GET /%61pi/files HTTP/1.1', 404],
    ['GET /API/files HTTP/1.1', 404],
    ['GET /api/FILES HTTP/1.1', 404],
    ['GET /api/files/ HTTP/1.1', 404],
    ['GET /api/files/%zz HTTP/1.1', 400],
    ['GET /api/../api/files HTTP/1.1', 404],
    ['CONNECT evil.example:80 HTTP/1.1', 405],
    ['GET /api/files HTTP/9.9', 400],
    ['FROB /api/files HTTP/1.1', 400],
    ['nonsense', 400],
  ])('%s -> %i', async (line, expected) => {
    expect(await status([line, host(), bearer()])).toBe(expected);
  });

  it('Origin is our own or absent', async () => {
    const own = `http://127.0.0.1:${server.port}`;
    const cases: [string, number][] = [
      [own, 200],
      ['null', 403],
      ['http://evil.example', 403],
      [`http://127.0.0.1:${server.port + 1}`, 403],
      [`https://127.0.0.1:${server.port}`, 403],
      [`http://localhost:${server.port}`, 403],
      [`${own}.evil.example`, 403],
      [`${own}/`, 403],
    ];
    for (const [origin, expected] of cases) {
      expect([origin, await status(['GET /api/files HTTP/1.1', host(), bearer(), `Origin: ${origin}`])]).toEqual([
        origin,
        expected,
      ]);
    }
    const twice = ['GET /api/files HTTP/1.1', host(), bearer(), `Origin: ${own}`, 'Origin: http://evil.example'];
    expect(await status(twice)).toBe(403);
  });

  it.each([
    ['another coding', 'xchunked', '2\r\n{}\r\n0\r\n\r\n'],
    ['a length past all bounds', 'chunked', 'fffffffffffffffff\r\n{}\r\n'],
    ['a long extension', 'chunked', `2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`],
    ['no length', 'chunked', 'zz\r\n{}\r\n'],
  ])('a body with %s is refused at once, with or without a token', async (_name, coding, body) => {
    const head = ['Content-Type: application/json', `Transfer-Encoding: ${coding}`];
    const [file] = await server.files();
    for (const lines of [
      ['POST /api/session HTTP/1.1', host(), ...head],
      [`POST /api/files/${file?.id}/follow HTTP/1.1`, host(), bearer(), ...head],
    ]) {
      const wire = new Wire(server.port);
      const once = `${lines.join('\r\n')}\r\n\r\n${body}`;
      expect((await wire.ask(once, 5_000)).status).toBe(400);
      wire.close();
      // Also behind another request, whose reply comes first.
      const first = getHead(server, '/api/files');
      const both = new Wire(server.port);
      expect((await both.ask(first + once, 5_000)).status).toBe(200);
      expect((await both.ask('', 5_000)).status).toBe(400);
      both.close();
    }
  });

  it('is looked at behind thousands of other headers as well', async () => {
    const many = Array<string>(3_000).fill('a:');
    const ask = (more: string): Promise<number> => status(['GET /api/files HTTP/1.1', host(), bearer(), ...many, more]);
    expect(await ask('b: c')).toBe(200);
    expect(await ask('Origin: http://evil.example')).toBe(403);
    expect(await ask('Sec-Fetch-Site: cross-site')).toBe(403);
    expect(await ask('Host: evil.example')).toBe(400);
    expect(await ask('X-Bigview-Run: another')).toBe(409);
  });

  it('Sec-Fetch-Site is same-origin, but for a navigation to the page', async () => {
    for (const site of ['cross-site', 'same-site', 'none', 'nonsense', '']) {
      const fetchSite = `Sec-Fetch-Site: ${site}`;
      for (const mode of ['navigate', 'cors', 'no-cors']) {
        const head = [host(), bearer(), fetchSite, `Sec-Fetch-Mode: ${mode}`];
        expect(await status(['GET /api/files HTTP/1.1', ...head])).toBe(403);
        expect(await status(['GET /assets/x.js HTTP/1.1', ...head])).toBe(403);
        for (const page of ['/', '/?file=x']) {
          const expected = mode === 'navigate' ? [200, 404] : [403];
          expect(expected).toContain(await status([`GET ${page} HTTP/1.1`, ...head]));
          expect(await status([`POST ${page} HTTP/1.1`, ...head, 'Content-Length: 0'])).toBe(403);
        }
      }
    }
    const framed = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'];
    expect(await status(['GET / HTTP/1.1', host(), ...framed])).toBe(403);
    const same = ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: cors'];
    expect(await status(['GET /api/files HTTP/1.1', host(), bearer(), ...same])).toBe(200);
  });
});

describe('every reply', () => {
  it('carries the security headers, whatever its status', async () => {
    const replies: [string, RequestInit, number[]][] = [
      ['/', {}, [200, 404]],
      ['/nothing', {}, [404]],
      ['/assets/../../package.json', {}, [404]],
      ['/api/files', {}, [200]],
      [`/api/files/${id}/bytes?offset=0&length=4`, {}, [200]],
      [`/api/files/${id}/bytes?offset=9&length=4`, {}, [416]],
      [`/api/files/${id}/bytes?offset=x&length=4`, {}, [400]],
      [`/api/files/${id}/bytes?offset=0&length=4&generation=99`, {}, [409]],
      [`/api/files/${id}/bytes?offset=0&length=4`, { method: 'DELETE' }, [405]],
      [`/api/files/${id}/content`, {}, [200]],
      [`/api/files/${id}/content`, { headers: { range: 'bytes=1-2' } }, [206]],
      ['/api/none', {}, [404]],
      ['/api/downloads/none', {}, [404]],
    ];
    for (const [path, init, expected] of replies) {
      const response = await server.fetch(path, init);
      expect(expected).toContain(response.status);
      expectHeaders(response.headers);
      await response.arrayBuffer();
    }
    for (const broken of ['nonsense\r\n\r\n', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`]) {
      const reply = await server.raw(broken);
      expect(reply).toContain(`Content-Security-Policy: ${CSP}\r\n`);
      expect(reply).toContain('X-Content-Type-Options: nosniff\r\n');
    }
    expect(await server.raw(`GET / HTTP/1.1\r\n${host()}\r\nExpect: more\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 417 /,
    );
  });

  it('holds no stack and no path of this machine', async () => {
    for (const path of [
      `/api/files/${id}/bytes`,
      '/api/files/%zz',
      '/api/none',
      '/../../etc/passwd',
      '/..%2f..%2fetc%2fpasswd',
    ]) {
      const text = await (await server.fetch(path)).text();
      expect(text).not.toMatch(/at .*\.js|node_modules|root:/);
    }
  });
});

it('a body that is nested a thousand levels deep is refused, wherever it is, and braces in texts are none', async () => {
  for (const route of ['searches', 'filters', 'index', 'downloads']) {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const deep = `${open.repeat(2_500)}1${close.repeat(2_500)}`;
      for (const member of ['kind', 'pattern', 'layers', 'action', 'offset']) {
        const response = await server.fetch(`/api/files/${id}/${route}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: `{"${member}":${deep}}`,
        });
        expect(response.status, `${route} ${member}`).toBe(400);
        expect(await response.text()).toContain('nested more than 16 levels deep');
      }
    }
  }
  const braces = { kind: 'text', pattern: `"\\"${'[{'.repeat(100)}` };
  expect((await server.post(`/api/files/${id}/searches`, braces)).status).toBe(201);
});

it('survived all of it', () => {
  expect(server.alive).toBe(true);
  expect(server.stderr).toBe('');
});
