/**
 * What goes wrong, one thing each. `restartsSensor`: for a while nobody watches, which only the interface's counters know.
 * `takesLink`: packets that the interface had counted, and that still stood in the kernel's queue when it went down, are
 * thrown away by the kernel, which has no counter for them: the ledger shows them as what `rxPackets` is ahead.
 * `crashes`: how often the ledger has to say that a sensor ended without a last word.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DARK, run } from './wires.mjs';
import { sleep } from './world.mjs';

const AWAY_MILLISECONDS = 8_000;
const STALL_MILLISECONDS = 3_000;
const SLOW_BYTES_PER_SECOND = 32_000;

export const faults = [
  {
    name: 'linkFlap',
    about: 'the link goes down, and up again',
    takesLink: true,
    async does() {
      run('ip', 'link', 'set', DARK, 'down');
      await sleep(1_500);
      run('ip', 'link', 'set', DARK, 'up');
    },
  },
  {
    name: 'interfaceMadeAnew',
    about: 'the interface is deleted, and made again',
    takesLink: true,
    async does({ wires }) {
      wires.deletePair();
      await sleep(1_500);
      wires.addPair();
    },
  },
  {
    name: 'captureKilled',
    about: 'the process that captures is killed (tcpdump and cap have one)',
    async does({ world }) {
      const { stdout } = spawnSync('pgrep', ['-P', String(world.sensorId)], { encoding: 'utf8' });
      for (const id of stdout.split('\n').filter(Boolean)) process.kill(Number(id), 'SIGKILL');
    },
  },
  {
    name: 'sensorStopped',
    about: 'the sensor is asked to end, and started again',
    restartsSensor: true,
    async does({ world }) {
      await world.end('sensor', 'SIGTERM');
      world.startSensor();
    },
  },
  {
    name: 'sensorKilled',
    about: 'the sensor is killed, and started again',
    restartsSensor: true,
    crashes: 1,
    async does({ world }) {
      await world.end('sensor', 'SIGKILL');
      world.startSensor();
    },
  },
  {
    name: 'serverKilled',
    about: 'the server is killed, and started again',
    async does({ world }) {
      await world.end('server', 'SIGKILL');
      await sleep(2_000);
      world.startServer();
    },
  },
  {
    name: 'bothKilled',
    about: 'the sensor is killed while the server is away',
    restartsSensor: true,
    crashes: 1,
    async does({ world }) {
      await world.end('server', 'SIGKILL');
      await sleep(3_000);
      await world.end('sensor', 'SIGKILL');
      world.startSensor();
      await sleep(3_000);
      world.startServer();
    },
  },
  {
    name: 'networkCut',
    about: 'no packet comes through between sensor and server',
    async does() {
      run('ip', 'link', 'set', 'lo', 'down');
      await sleep(AWAY_MILLISECONDS);
      run('ip', 'link', 'set', 'lo', 'up');
    },
  },
  {
    name: 'networkSlow',
    about: 'the way to the server takes 256 kbit/s, 100 ms later; for 3 s of it, nothing',
    async does({ world, wires }) {
      const before = world.way.bytes.up;
      world.way.narrow({ bytesPerSecond: SLOW_BYTES_PER_SECOND, delayMilliseconds: 100 });
      const began = performance.now();
      // As many flows as packets: far more bytes than come through.
      const sending = wires.send(10_000, AWAY_MILLISECONDS / 1_000, 100_000);
      await sleep(AWAY_MILLISECONDS - 2 * STALL_MILLISECONDS);
      world.way.stall(true);
      await sleep(STALL_MILLISECONDS);
      world.way.stall(false);
      await sleep(STALL_MILLISECONDS);
      await sending;
      const bytes = world.way.bytes.up - before;
      const slowSeconds = (performance.now() - began - STALL_MILLISECONDS) / 1_000;
      world.way.narrow({});
      const share = bytes / (slowSeconds * SLOW_BYTES_PER_SECOND);
      if (share < 0.5 || share > 1.2) throw new Error(`the way was not slow: ${bytes} bytes in ${slowSeconds} s`);
      return `${bytes} bytes came through in ${slowSeconds.toFixed(1)} s`;
    },
  },
  {
    name: 'spoolFull',
    about: 'the sensor’s disk is full while the server is away',
    async does({ world }) {
      await world.end('server', 'SIGTERM');
      const filling = join(world.spool, 'filling');
      spawnSync('dd', ['if=/dev/zero', `of=${filling}`, 'bs=64k'], { stdio: 'ignore' });
      await sleep(AWAY_MILLISECONDS);
      rmSync(filling);
      world.startServer();
    },
  },
  {
    name: 'tokenRevoked',
    about: 'the sensor’s token is revoked; a new one is put in its place later',
    async does({ world }) {
      world.revokeToken();
      await sleep(AWAY_MILLISECONDS);
      world.newToken();
    },
  },
  {
    name: 'hostileServer',
    about: 'something else answers in the server’s place, with garbage',
    async does({ world }) {
      await world.end('server', 'SIGTERM');
      const hostile = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
        socket.write(randomBytes(1 << 20));
        setTimeout(() => socket.destroy(), 500);
      });
      hostile.on('error', () => undefined);
      hostile.listen(Number(new URL(world.url).port), '127.0.0.1');
      await sleep(AWAY_MILLISECONDS);
      await new Promise((resolve) => hostile.close(resolve));
      world.startServer();
    },
  },
  {
    name: 'burst',
    about: '120 thousand packets/s for a second and a half',
    async does({ wires }) {
      await wires.send(120_000, 1.5);
    },
  },
];
