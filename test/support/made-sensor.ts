/** A sensor made by hand: says hello with a token of its own, sends frames, and waits until the last is stored. */
import { on, once } from 'node:events';
import WebSocket from 'ws';
import { decodeFrame, encodeFrame, type Frame, FrameKind } from '../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { SensorHello, ServerHello } from '../../shared/wire/messages.ts';

const ANSWER_MILLISECONDS = 60_000;

/** Frames count from 1 in the hello's epoch. Gives the server's answer to the hello. */
export async function sendFrames(
  url: string,
  token: string,
  hello: SensorHello,
  frames: readonly Frame[],
): Promise<ServerHello> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/v1/ingest`, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
  });
  // From the begin on: a message that comes while nobody waits is not lost.
  const messages = on(socket, 'message', { signal: AbortSignal.timeout(ANSWER_MILLISECONDS) });
  const next = async () => decodeFrame(new Uint8Array(((await messages.next()).value as [Buffer])[0]));
  try {
    await once(socket, 'open');
    socket.send(encodeJsonFrame(FrameKind.hello, hello));
    const answer = decodeJsonFrame(await next()) as ServerHello;
    for (const frame of frames) socket.send(encodeFrame(frame));
    const last = frames.at(-1)!.sequence;
    for (let stored = -1; stored < last; ) {
      const frame = await next();
      if (frame.kind === FrameKind.error) throw new Error(JSON.stringify(decodeJsonFrame(frame)));
      stored = frame.sequence;
    }
    return answer;
  } finally {
    socket.terminate();
  }
}
