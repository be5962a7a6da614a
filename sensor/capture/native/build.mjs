/**
 * `npm run build:capture`: compiles the addon beside the compiled program, where there are a C compiler, libpcap's headers
 * and those of Node. `--if-possible`: what is missing is named, and is no failure. `--sanitize`: with the address and
 * undefined-behaviour sanitizers, into a folder of its own, for tests (they preload libasan).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = ['addon.c', 'reader.c'];
const WARNINGS = ['-Wall', '-Wextra', '-Werror', '-Wshadow', '-Wvla', '-Wconversion', '-Wno-sign-conversion'];
const HARDENING = ['-O2', '-D_FORTIFY_SOURCE=2', '-fstack-protector-strong', '-Wl,-z,relro,-z,now'];
const SANITIZERS = ['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover'];

const here = dirname(fileURLToPath(import.meta.url));
const sanitize = process.argv.includes('--sanitize');
const compiler = process.env.CC ?? 'cc';
const headers = nodeHeaders();
const missing = [
  ...(runs(compiler, ['--version']) ? [] : ['a C compiler (apt-get install gcc libc6-dev)']),
  ...(hasHeader('pcap/pcap.h') ? [] : ['libpcap’s headers (apt-get install libpcap-dev)']),
  ...(headers === undefined ? ['Node’s headers (node_api.h; name their folder in NODE_HEADERS)'] : []),
];
if (missing.length > 0) {
  console.error(`the capture addon is not built: there is no ${missing.join(', no ')}`);
  process.exit(process.argv.includes('--if-possible') ? 0 : 1);
}
const folder = join(here, '../../../dist/sensor/capture/native', sanitize ? 'sanitized' : '.');
mkdirSync(folder, { recursive: true });
const { status } = spawnSync(
  compiler,
  [
    ...['-std=c11', '-D_GNU_SOURCE', '-shared', '-fPIC', '-fvisibility=hidden', '-pthread'],
    ...WARNINGS,
    ...(sanitize ? SANITIZERS : HARDENING),
    `-I${headers}`,
    ...SOURCES.map((name) => join(here, name)),
    ...['-o', join(folder, 'capture.node'), '-lpcap'],
  ],
  { stdio: 'inherit' },
);
process.exitCode = status === 0 ? 0 : 1;

function runs(command, words, input = '') {
  return spawnSync(command, words, { input }).status === 0;
}

function hasHeader(name) {
  return runs(compiler, ['-E', '-x', 'c', '-', '-o', '/dev/null'], `#include <${name}>\n`);
}

/** They lie beside node itself, unless a distribution packs them apart. */
function nodeHeaders() {
  const beside = join(dirname(dirname(process.execPath)), 'include/node');
  const folders = [process.env.NODE_HEADERS, beside, '/usr/include/node', '/usr/local/include/node'];
  return folders.find((candidate) => candidate !== undefined && existsSync(join(candidate, 'node_api.h')));
}
