/** From the kernel's time of a packet to the frame in which a server gets it, at a low rate. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { backends } from '../../../dist/sensor/capture/live/index.js';
import { nodePlatform } from '../../../dist/sensor/output/platform.js';
import { frameToFlows } from '../../../dist/shared/wire/flow-frames.js';
import { decodeFrame, FrameKind } from '../../../dist/shared/wire/frame.js';
import { encodeAcknowledge, encodeJsonFrame } from '../../../dist/shared/wire/json-frame.js';
import { head, quantile, row, tell } from './report.mjs';
import { Rig } from './rig.mjs';

/** Not in step with the sensor, which empties its tables ten times a second. */
const TRAFFIC = { count: 390, rate: 13, flows: 100_000 };
const MEASURED = ['native', 'tcpdump'];

export async function benchFrameDelays(wires, { folder }) {
  console.log(`From the wire to a frame at the server, ${TRAFFIC.count} packets, ${TRAFFIC.rate} a second, in ms:\n`);
  head(['capture', 'p50', 'p99']);
  for (const { name, unavailable } of backends) {
    if (!MEASURED.includes(name) || unavailable() !== null) continue;
    tell(`${name}, delay`);
    const delays = await delaysOf(name, wires, folder);
    row([`kurayami, ${name}`, quantile(delays, 0.5), quantile(delays, 0.99)]);
  }
  console.log('');
}

async function delaysOf(backend, wires, folder) {
  const delays = [];
  let packets = 0;
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const now = (performance.timeOrigin + performance.now()) / 1_000;
      const frame = decodeFrame(data, nodePlatform);
      if (frame.kind === FrameKind.hello) return socket.send(welcome());
      if (frame.sequence > 0) socket.send(encodeAcknowledge(frame.epoch, frame.sequence));
      if (frame.kind !== FrameKind.flows4) return;
      const { batch } = frameToFlows(frame);
      for (let row = 0; row < batch.length; row++) {
        packets += batch.packets[row];
        delays.push((now - batch.interval[row] - batch.firstMicros[row] / 1e6) * 1_000);
      }
    });
  });
  await once(server, 'listening');
  const rig = new Rig(folder, null);
  try {
    rig.startSensor(backend, `ws://127.0.0.1:${server.address().port}`);
    await rig.until('the sensor', async () => {
      await wires.send({ count: 10, rate: 100 });
      return packets > 0;
    });
    // Those of the search may still be under way.
    await sleep(1_000);
    delays.length = packets = 0;
    await wires.send(TRAFFIC);
    await rig.until('the last frame', () => packets >= TRAFFIC.count);
    return delays.sort((a, b) => a - b);
  } finally {
    await rig.close();
    server.close();
  }
}

function welcome() {
  return encodeJsonFrame(FrameKind.hello, { software: '', sensor: 1, session: 0, resumeAfter: 0, earlier: [] });
}
