/**
 * The whole build: AssemblyScript kernels -> dist/server/*.wasm, server -> dist/server (esbuild, packages stay external),
 * client -> dist/client (vite). Runs on `npm install` by `prepare`; needs no compiler and no network.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import { build as bundle } from 'esbuild';
import { build as buildClient } from 'vite';

const OUT = 'dist/server';

async function buildKernels() {
  const kernels = readdirSync('server/kernels').filter((name) => name.endsWith('.ts'));
  for (const name of kernels) {
    const { error, stderr } = await asc.main([
      `server/kernels/${name}`,
      '--outFile',
      `${OUT}/${name.replace(/\.ts$/, '.wasm')}`,
      '-O3',
      '--noAssert',
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '--importMemory',
    ]);
    if (error) throw new Error(`${name}: ${error.message}\n${stderr.toString()}`);
  }
}

async function buildServer() {
  const workers = readdirSync('server', { recursive: true })
    .filter((name) => name.endsWith('Worker.ts'))
    .map((name) => `server/${name}`);
  // Parts of earlier bundles have other names: none may stay and be packed.
  for (const name of readdirSync(OUT)) if (name.endsWith('.js')) rmSync(`${OUT}/${name}`);
  await bundle({
    entryPoints: ['server/main.ts', ...workers].filter((path) => existsSync(path)),
    outdir: OUT,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    define: { __VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version) },
    logLevel: 'warning',
  });
  if (existsSync(`${OUT}/main.js`)) chmodSync(`${OUT}/main.js`, 0o755);
}

const only = process.argv[2];
if (!only) rmSync('dist', { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
if (!only || only === 'kernels') await buildKernels();
if (!only || only === 'server') await buildServer();
if (!only || only === 'client') await buildClient({ logLevel: 'warn' });
