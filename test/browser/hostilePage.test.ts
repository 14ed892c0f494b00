/**
 * A page on another port, in the browser in which somebody looks at a file: whatever a page may try, it learns nothing, changes
 * nothing, and gets no further than the sign-in page.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FilesReply } from '../../shared/protocol.ts';
import { launchBrowser } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const SECRET = 'the secret line of the log';

/** Tries everything; ends with `window.results`, where a string that begins with "got" is a leak. */
const ATTACK = `
  const [target, id] = TARGET;
  const api = target + '/api/files';
  const bytes = api + '/' + id + '/bytes?offset=0&length=100';
  const quiet = (work) => work.catch((error) => 'refused: ' + error);
  const read = (url, init) => quiet(fetch(url, init).then(async (r) => r.type === 'opaque' ? 'opaque' : 'got ' + r.status + ' ' + await r.text()));
  const element = (name, set, parent = document.body) => new Promise((resolve) => {
    const made = document.createElement(name);
    made.onload = () => resolve(name + ' loaded');
    made.onerror = () => resolve('refused: ' + name);
    set(made);
    parent.append(made);
    setTimeout(() => resolve('nothing: ' + name), 3000);
  });
  const json = { 'content-type': 'application/json' };
  const tries = {
    fetch: read(api),
    fetchBytes: read(bytes),
    fetchToken: read(bytes, { headers: { authorization: 'Bearer guess' } }),
    fetchCookies: read(api, { credentials: 'include' }),
    noCors: read(bytes, { mode: 'no-cors' }),
    noCorsPost: read(api + '/' + id + '/searches', { mode: 'no-cors', method: 'POST', body: '{"kind":"text","pattern":"a"}' }),
    postJson: read(api + '/' + id + '/searches', { method: 'POST', headers: json, body: '{"kind":"text","pattern":"a"}' }),
    session: read(target + '/api/session', { method: 'POST', headers: json, body: '{"code":"guess"}' }),
    delete: read(api + '/' + id + '/searches/x', { method: 'DELETE' }),
    page: read(target + '/'),
    asset: read(target + ASSET),
    sendBeacon: Promise.resolve(String(navigator.sendBeacon(api + '/' + id + '/index', '{"action":"cancel"}'))),
    script: element('script', (e) => { e.src = bytes; }),
    assetScript: element('script', (e) => { e.src = target + ASSET; e.type = 'module'; }),
    plainScript: element('script', (e) => { e.src = target + ASSET; }),
    style: element('link', (e) => { e.rel = 'stylesheet'; e.href = target + '/assets/index.css'; }),
    img: element('img', (e) => { e.src = target + '/favicon.svg'; }),
    imgBytes: element('img', (e) => { e.src = bytes; }),
    iframe: element('iframe', (e) => { e.src = target + '/'; e.name = 'framed'; }),
    object: element('object', (e) => { e.data = target + '/'; }),
    embed: element('embed', (e) => { e.src = target + '/'; }),
    video: element('video', (e) => { e.src = bytes; }),
    form: element('iframe', (e) => {
      e.name = 'posted';
      const form = document.createElement('form');
      Object.assign(form, { action: target + '/api/session', method: 'post', enctype: 'text/plain', target: 'posted' });
      form.innerHTML = '<input name=\\'{"code":"x","a\\' value=\\'":1}\\'>';
      document.body.append(form);
      setTimeout(() => form.submit(), 100);
    }),
    worker: new Promise((resolve) => {
      try { const worker = new Worker(target + ASSET, { type: 'module' }); worker.onerror = () => resolve('refused'); }
      catch (error) { resolve('refused: ' + error); }
      setTimeout(() => resolve('nothing'), 2000);
    }),
    eventSource: new Promise((resolve) => {
      const source = new EventSource(api + '/' + id + '/events');
      source.onopen = () => resolve('got a stream');
      source.onmessage = () => resolve('got a message');
      source.onerror = () => { source.close(); resolve('refused'); };
    }),
    webSocket: new Promise((resolve) => {
      const socket = new WebSocket(target.replace('http', 'ws') + '/api/files/' + id + '/events');
      socket.onopen = () => resolve('got a socket');
      socket.onmessage = () => resolve('got a message');
      socket.onerror = () => resolve('refused');
    }),
    channel: new Promise((resolve) => {
      const channel = new BroadcastChannel('bigview.session');
      channel.onmessage = ({ data }) => resolve('got ' + JSON.stringify(data));
      channel.postMessage({ type: 'ask' });
      setTimeout(() => resolve('nothing'), 1500);
    }),
    storage: Promise.resolve(String(sessionStorage.getItem('bigview.token'))),
  };
  const results = {};
  for (const [name, work] of Object.entries(tries)) results[name] = await work;
  for (const name of ['framed', 'posted']) {
    try { results[name + 'Document'] = 'got ' + frames[name].document.body.textContent; }
    catch (error) { results[name + 'Document'] = 'refused'; }
  }
  window.results = results;
`;

let browser: Browser;
let server: BigviewServer;
let hostile: Server;
let asset: string;
let id: string;

beforeAll(async () => {
  const path = join(tempFolder(), 'secret.log');
  writeFileSync(path, `${SECRET}\n`.repeat(1_000));
  [browser, server] = await Promise.all([launchBrowser(), startServer({ files: [path] })]);
  ({ id } = await server.file());
  asset = /src="\.?(\/assets\/[^"]+\.js)"/.exec(await (await fetch(`${server.origin}/`)).text())?.[1] ?? '';
  expect(asset).not.toBe('');
  hostile = createServer((_req, res) => {
    const script = ATTACK.replace('TARGET', JSON.stringify([server.origin, id])).replaceAll(
      'ASSET',
      JSON.stringify(asset),
    );
    res.setHeader('content-type', 'text/html');
    res.end(`<!doctype html><title>hostile</title><body><script type="module">${script}</script>`);
  });
  hostile.listen(0, '127.0.0.1');
  await once(hostile, 'listening');
});

afterAll(async () => {
  await browser?.close();
  hostile?.close();
});

// The same site on another port, and another site: browsers tell them apart.
describe.each(['127.0.0.1', 'localhost'])('a page of %s on another port', (host) => {
  test('learns nothing and changes nothing', async () => {
    const context = await browser.newContext();
    try {
      // Somebody is signed in, in the same browser.
      const victim = await context.newPage();
      await victim.addInitScript((token) => sessionStorage.setItem('bigview.token', token), server.token);
      await victim.goto(server.origin);
      await victim.getByText(SECRET).first().waitFor();

      const page = await context.newPage();
      const seen: string[] = [];
      let asked = 0;
      page.on('request', (request) => {
        if (request.url().startsWith(server.origin)) asked++;
      });
      page.on('response', (response) => {
        const request = response.request();
        if (request.url().startsWith(server.origin))
          seen.push(`${response.status()} ${request.method()} ${request.url()}`);
      });
      await page.goto(`http://${host}:${(hostile.address() as AddressInfo).port}/`);
      await page.waitForFunction('window.results', undefined, { timeout: 30_000 });
      const results = await page.evaluate<Record<string, string>>('window.results');
      expect(Object.keys(results).length).toBeGreaterThan(25);
      for (const [name, result] of Object.entries(results)) {
        expect(`${name}: ${result}`).not.toMatch(/: got|: (script|link|img|video) loaded/);
        expect(result).not.toContain(SECRET);
        expect(result).not.toContain(server.token);
      }
      // Whatever the server was asked by that page it has refused.
      expect(asked).toBeGreaterThan(20);
      expect(seen.length).toBeGreaterThan(2);
      expect(seen.filter((line) => !/^(403|400|401|405) /.test(line))).toEqual([]);
      for (const frame of page.frames().slice(1)) expect(await frame.content()).not.toContain('id="root"');

      // Nothing has begun or ended.
      const index = await server.file();
      expect(index.index).toMatchObject({ cancelled: false, error: null });
      expect((await server.error(`/api/files/${id}/searches/x`)).status).toBe(404);
    } finally {
      await context.close();
    }
  });

  test('may open the page as a link does, and gets no further', async () => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`http://${host}:${(hostile.address() as AddressInfo).port}/`);
      const popup = context.waitForEvent('page');
      const named = await page.evaluate((url) => {
        const opened = window.open(url, 'bigview');
        return opened !== null;
      }, `${server.origin}/#code=guessed`);
      expect(named).toBe(true);
      const opened = await popup;
      await opened.getByRole('textbox').waitFor();
      expect(await opened.content()).not.toContain(SECRET);
      expect(await opened.evaluate(() => [window.opener, sessionStorage.length])).toEqual([null, 0]);
      // Other pages of the server are not even opened by a link.
      for (const path of ['/api/files', `/api/files/${id}/content`, '/favicon.svg?']) {
        const response = await page.goto(server.origin + path).catch(() => null);
        expect(response?.status() ?? 403).toBe(403);
        await page.goBack().catch(() => undefined);
      }
    } finally {
      await context.close();
    }
  });
});

test('the token is in no page, no address and no storage that outlives the tab', async () => {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(server.link);
    await page.getByText(SECRET).first().waitFor();
    expect(page.url()).not.toContain('code');
    expect(await page.content()).not.toContain(server.token);
    expect(await page.evaluate(() => [document.cookie, JSON.stringify({ ...localStorage })].join(' '))).not.toContain(
      server.token,
    );
    // The link does not work twice: another profile that opens it has to sign in.
    const other = await browser.newContext();
    const late = await other.newPage();
    await late.goto(server.link);
    await late.getByRole('textbox').waitFor();
    expect(await late.content()).not.toContain(SECRET);
    await other.close();
    const listed = (await (await server.fetch('/api/files')).json()) as FilesReply;
    expect(JSON.stringify(listed)).not.toContain(server.token);
  } finally {
    await context.close();
  }
});
