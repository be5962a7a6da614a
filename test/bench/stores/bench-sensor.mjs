/** The sensor's side of the wire, which sends frames as fast as they are acknowledged, or at a rate. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { flowsToFrame } from '../../../dist/shared/wire/flow-frames.js';
import { decodeFrame, encodeFrame, FrameKind } from '../../../dist/shared/wire/frame.js';
import { encodeJsonFrame } from '../../../dist/shared/wire/json-frame.js';

const FRAMES_IN_FLIGHT = 64;
const EPOCH = 1;

export class BenchSensor {
  sent = 0;
  acknowledged = 0;
  #socket;
  #changed = () => undefined;

  static async connect(server, name) {
    const sensor = new BenchSensor();
    const headers = { authorization: `Bearer ${server.token('sensor', name)}` };
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/ingest`, {
      headers,
      perMessageDeflate: false,
      generateMask: (mask) => void mask.fill(0),
    });
    sensor.#socket = socket;
    await once(socket, 'open');
    const hello = {
      software: 'kurayami bench',
      name,
      epoch: EPOCH,
      session: { kind: 'live', name: 'live' },
      place: null,
      prefixes: ['10.0.0.0/14'],
      clock: { mode: 'live', speed: 1 },
    };
    socket.send(encodeJsonFrame(FrameKind.hello, hello, EPOCH, 0));
    const welcomed = once(socket, 'message');
    await welcomed;
    socket.on('message', (data) => sensor.#receive(data));
    return sensor;
  }

  #receive(data) {
    const frame = decodeFrame(data);
    if (frame.kind === FrameKind.error) throw new Error(`the server refused: ${Buffer.from(data).toString('latin1')}`);
    if (frame.kind !== FrameKind.acknowledge) return;
    this.acknowledged = frame.sequence;
    this.#changed();
  }

  /** Sends a batch as one frame; waits while too many are in flight. */
  async send(batch) {
    while (this.sent - this.acknowledged >= FRAMES_IN_FLIGHT) await this.#change();
    this.sent += 1;
    this.#socket.send(encodeFrame(flowsToFrame(batch, 0, batch.length, EPOCH, this.sent)));
  }

  async drain() {
    while (this.acknowledged < this.sent) await this.#change();
  }

  /** Sends `rows` a second, in frames of a tenth of a second with the present's time, until `stopped`. */
  async sendLive(made, rows, stopped) {
    while (!stopped.aborted) {
      const began = performance.now();
      const now = Date.now() / 1000;
      await this.send(made.batch(rows / 10, now - 0.1, now));
      await sleep(Math.max(0, 100 - (performance.now() - began)));
    }
  }

  close() {
    this.#socket.close();
  }

  #change() {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}
