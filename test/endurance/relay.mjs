/** The thread of `Way`: carries bytes between two ports, no faster than it is told at that moment. */
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Field } from './way.mjs';

const HOST = '127.0.0.1';
/** A slow way is looked at so often, and so is one that stands still. */
const STEP_MILLISECONDS = 50;
const { fromPort, toPort, fields } = workerData;

/** Until when each direction is taken, by all connections together. */
const takenUntil = { [Field.bytesUp]: 0, [Field.bytesDown]: 0 };

const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
  const far = connect({ port: toPort, host: HOST, allowHalfOpen: true, noDelay: true });
  const give = () => {
    near.destroy();
    far.destroy();
  };
  for (const end of [near, far]) end.on('error', give);
  carry(near, far, Field.bytesUp).catch(give);
  carry(far, near, Field.bytesDown).catch(give);
});
server.listen(fromPort, HOST, () => parentPort.postMessage(server.address().port));

async function carry(from, to, direction) {
  let last = { arrived: Promise.resolve(), milliseconds: 0 };
  // The other direction may have more to say when this one has ended.
  for await (const chunk of from.iterator({ destroyOnReturn: false })) {
    for (let start = 0; start < chunk.length; ) {
      while (fields[Field.isStalled]) await sleep(STEP_MILLISECONDS);
      const piece = chunk.subarray(start, start + pieceBytes());
      start += piece.length;
      await enter(piece.length, direction);
      fields[direction] += piece.length;
      last = send(to, piece, last);
    }
    // What is under way is no more than the delay has room for.
    if (fields[Field.delayMilliseconds] === 0) await last.arrived;
  }
  await last.arrived;
  to.end();
}

function pieceBytes() {
  return Math.max(1, Math.floor((fields[Field.bytesPerSecond] * STEP_MILLISECONDS) / 1_000));
}

/** Resolves when so many bytes have gone into the way. */
async function enter(bytes, direction) {
  const now = performance.now();
  const free = Math.max(now, takenUntil[direction]) + (bytes * 1_000) / fields[Field.bytesPerSecond];
  takenUntil[direction] = free;
  if (free > now) await sleep(free - now);
}

/** What went in first comes out first, also when the delay has become shorter. */
function send(to, piece, before) {
  const milliseconds = Math.max(before.milliseconds, performance.now() + fields[Field.delayMilliseconds]);
  const arrived = before.arrived.then(async () => {
    const left = milliseconds - performance.now();
    if (left > 0) await sleep(left);
    if (to.destroyed) throw new Error('nobody is there any more');
    if (!to.write(piece)) await drained(to);
  });
  // Whoever waits for it is told; nobody may be waiting yet.
  arrived.catch(() => undefined);
  return { arrived, milliseconds };
}

async function drained(socket) {
  await new Promise((resolve, reject) => {
    const gone = () => reject(new Error('nobody is there any more'));
    socket.once('close', gone);
    socket.once('drain', () => {
      socket.off('close', gone);
      resolve();
    });
  });
}
