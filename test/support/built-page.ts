/** A page that a test builds with Vite for itself, behind a server of its own. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build } from 'vite';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };
/** As strict as the program's own server: a worker may run what came with the page, and nothing else. */
const CONTENT_SECURITY_POLICY = "default-src 'self'; img-src data:";

/** `source` has an index.html; what is built goes into `folder`. */
export async function buildPage(source: string, folder: string): Promise<void> {
  await build({
    configFile: false,
    root: source,
    base: './',
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
  });
}

/** Serves a folder on the loopback, which counts as a secure context. */
export async function servePage(folder: string): Promise<{ url: string; close: () => void }> {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const path = join(folder, pathname === '/' ? 'index.html' : pathname);
    const content = await readFile(path).catch(() => null);
    response.writeHead(content === null ? 404 : 200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': CONTENT_SECURITY_POLICY,
    });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}
