/**
 * `npm test`: everything that must hold, from a fresh checkout on. Plain JavaScript, because it also runs before anything is
 * installed. Each step stops the run; the browser is looked for first, so that its absence is said in the first second.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findOrInstallChromium } from './helpers/chromium.mjs';

const root = new URL('..', import.meta.url);

function step(title, command, args) {
  const started = Date.now();
  process.stdout.write(`\n> ${title}\n`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error || status !== 0) {
    process.stdout.write(`\n${title} failed${error ? `: ${error.message}` : ''}\n`);
    process.exit(status || 1);
  }
  process.stdout.write(`  ${title}: ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

try {
  process.env.BIGVIEW_CHROMIUM = findOrInstallChromium();
} catch (error) {
  process.stdout.write(`${error.message}\n`);
  process.exit(1);
}

const tool = (name) => ['--no', '--', name];
if (!existsSync(new URL('node_modules/.package-lock.json', root))) {
  // Not `npm ci`: it refuses a lock file made where the registry has not the binaries of every platform.
  step('install', 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund']);
}
step('build', 'npm', ['run', '--silent', 'build']);
step('types', 'npx', [...tool('tsc'), '-b']);
step('lint', 'npx', [...tool('biome'), 'check', '.']);
step('unused code', 'npx', tool('knip'));
step('tests', 'npx', [...tool('vitest'), 'run']);
