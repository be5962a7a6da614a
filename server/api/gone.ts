/** Whether anybody still waits for the answer to a request. */
import type { FastifyReply } from 'fastify';

/** To be asked for before anything is waited for: whoever goes, goes at any time. */
export function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
