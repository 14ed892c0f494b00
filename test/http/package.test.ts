/** What `npm pack` makes runs elsewhere: without the checkout, development dependencies, install scripts or a compiler. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { patternFile, tempFolder } from '../helpers/files.ts';
import { startServer } from '../helpers/server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

let folder: string;
let executable: string;

beforeAll(() => {
  folder = tempFolder();
  // The build is there already, and making it again would pull it away from under other tests.
  const [packed] = JSON.parse(npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root));
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  npm(
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', join(folder, packed.filename)],
    folder,
  );
  executable = join(folder, 'node_modules', 'bigview', 'dist', 'server', 'main.js');
}, 120_000);

it('holds the build and the documents, and nothing to build with', () => {
  const installed = join(folder, 'node_modules', 'bigview');
  expect(existsSync(join(installed, 'dist', 'client', 'index.html'))).toBe(true);
  for (const name of ['server', 'client', 'test', 'build.mjs']) expect(existsSync(join(installed, name))).toBe(false);
  for (const name of ['vite', 'typescript', 'esbuild', 'assemblyscript', 'react']) {
    expect(existsSync(join(folder, 'node_modules', name))).toBe(false);
  }
  expect(readFileSync(executable, 'utf8').startsWith('#!/usr/bin/env node')).toBe(true);
});

it('serves bytes, lines and the page from the installed copy', async () => {
  const path = join(folder, 'data.bin');
  patternFile(path, 3_000_000);
  const server = await startServer({ files: [path], executable, env: { PATH: '' }, cwd: folder });
  const file = await server.file();
  const reply = await server.fetch(`/api/files/${file.id}/bytes?offset=2999000&length=4096`);
  expect(Buffer.from(await reply.arrayBuffer()).equals(readFileSync(path).subarray(2_999_000))).toBe(true);
  const { index } = await server.indexed(file.id);
  expect(index.lines).toBeGreaterThan(0);
  const page = await fetch(server.origin);
  expect(page.status).toBe(200);
  const script = /src="([^"]+\.js)"/.exec(await page.text())?.[1] ?? '';
  expect((await fetch(new URL(script, `${server.origin}/`))).status).toBe(200);
});

it('is found by npx', () => {
  expect(npm(['exec', '--offline', '--', 'bigview', '--version'], folder).trim()).toBe('0.1.0');
});
