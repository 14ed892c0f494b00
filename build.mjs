/**
 * The whole build: AssemblyScript kernels -> dist/server/*.wasm, server -> dist/server (esbuild, packages stay external),
 * client -> dist/client (vite). Runs on `npm install` by `prepare`; needs no compiler and no network.
 *
 *   node build.mjs                          everything, anew
 *   node build.mjs --if-stale               everything, unless no source is newer than the last whole build
 *   node build.mjs kernels|server|client    one part, in place
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** Made last: a build that was cut short has none. */
const STAMP = 'dist/.built';
const SOURCES = ['server', 'client', 'shared', 'build.mjs', 'vite.config.ts', 'package.json', 'package-lock.json'];

/** `npx` runs `prepare` once more in a checkout that `npm install` has just built. */
function isCurrent() {
  if (!existsSync(STAMP)) return false;
  const built = statSync(STAMP).mtimeMs;
  return SOURCES.every((source) => {
    const inside = statSync(source).isDirectory() ? readdirSync(source, { recursive: true }) : [];
    return [source, ...inside.map((name) => `${source}/${name}`)].every((path) => statSync(path).mtimeMs <= built);
  });
}

const part = process.argv[2];
const parts = { kernels: buildKernels, server: buildServer, client: () => buildClient({ logLevel: 'warn' }) };
if (part !== undefined && part !== '--if-stale' && !(part in parts)) throw new Error(`no such part: ${part}`);

if (part === '--if-stale' && isCurrent()) {
  process.stdout.write('the build is current\n');
} else if (part in parts) {
  mkdirSync(OUT, { recursive: true });
  await parts[part]();
} else {
  rmSync('dist', { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  for (const build of Object.values(parts)) await build();
  writeFileSync(STAMP, '');
}
