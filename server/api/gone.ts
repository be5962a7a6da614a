/** Whether anybody still waits for the answer to a request. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';

/** To be asked for before anything is waited for: whoever goes, goes at any time. */
export function goneOf({ raw }: FastifyRequest, reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const end = () => gone.abort();
  reply.raw.once('close', end);
  // A reply that waits behind another of its connection has no socket yet, and is told nothing.
  raw.once('close', () => {
    if (raw.socket.destroyed) end();
  });
  return gone.signal;
}

/** To be asked now and then by work that takes long. Throws ApiError. */
export function throwIfGone(gone: AbortSignal): void {
  if (gone.aborted) throw new ApiError(499, 'API_GONE', 'the one who asked is gone');
}
