/** Peers that are refused and do not go: nothing of them stays open at the server. */
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openAccessServer } from '../../support/access-server.ts';
import { upgradeRequest } from '../../support/upgrades.ts';

async function openServer() {
  const { app } = await openAccessServer();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const open = () =>
    new Promise<number>((resolve, reject) =>
      app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  return { port, open };
}

/** A peer that keeps its half open when the server has ended. */
function peer(port: number, path: string): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.write(upgradeRequest(port, path));
  onTestFinished(() => void socket.destroy());
  return socket;
}

test.for(['/api/v1/ingest', '/elsewhere'])('%s: peers that go on after the refusal are let go', async (path) => {
  const { port, open } = await openServer();
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = peer(port, path);
      const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
      socket.write('junk');
      return String(answer);
    }),
  );
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 40[14] .*"code":"/s);
  await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 2_000 });
});
