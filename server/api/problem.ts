/** Errors of the API: problem documents with stable codes. */
import type { FastifyReply } from 'fastify';

/** The part of a parameter's text that is meant: characters from 0, half-open. */
export interface ProblemPosition {
  readonly start: number;
  readonly end: number;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  readonly status: number;
  readonly position: ProblemPosition | undefined;
  constructor(status: number, code: string, message: string, position?: ProblemPosition) {
    super(message);
    this.status = status;
    this.code = code;
    this.position = position;
  }
}

const titles: Record<number, string> = {
  400: 'The request is wrong',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
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
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({ type: 'about:blank', title: titles[status] ?? 'Error', status, code, detail, position });
}
