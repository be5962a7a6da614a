/** Errors of the API: problem documents with stable codes. */
import type { FastifyError, FastifyReply } from 'fastify';
import { StoreError } from '../store/stores.ts';
import { ApiError, type ProblemPosition } from './api-error.ts';

export { ApiError };

const titles: Record<number, string> = {
  400: 'The request is wrong',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not now',
  410: 'No longer kept',
  413: 'Too large',
  429: 'Too many requests',
  500: 'The server failed',
  503: 'Not ready',
};

export function sendProblem(
  reply: FastifyReply,
  status: number,
  code: string,
  detail: string,
  position?: ProblemPosition,
  why?: string,
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({ type: 'about:blank', title: titles[status] ?? 'Error', status, code, detail, position, why });
}

/** Whatever went wrong, as it is told to whoever asked: in a problem document, or in the last of an answer's lines. */
export function asApiError(error: Error): ApiError {
  if (error instanceof ApiError) return error;
  const { statusCode, validation } = error as Partial<FastifyError>;
  if (statusCode === 413) return new ApiError(413, 'API_TOO_LARGE', 'the body is longer than this route reads');
  if (validation || error instanceof RangeError) return new ApiError(400, 'API_BAD_REQUEST', error.message);
  if (error instanceof StoreError && error.code === 'STORE_BUSY') return new ApiError(429, 'API_BUSY', error.message);
  if (error instanceof StoreError && error.code === 'STORE_GONE') return new ApiError(499, 'API_GONE', error.message);
  if (error instanceof StoreError) return new ApiError(503, error.code, error.message);
  if (statusCode !== undefined && statusCode < 500) return new ApiError(statusCode, 'API_BAD_REQUEST', error.message);
  // What went wrong inside is for the log, not for whoever asks.
  process.stderr.write(`server: ${error.stack ?? error.message}\n`);
  return new ApiError(500, 'SERVER_FAILED', 'see the server’s log');
}
