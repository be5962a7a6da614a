/** What is told to whoever asks something wrong. */

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
  /** The reason as a word, of codes that have several. */
  readonly why: string | undefined;
  constructor(status: number, code: string, message: string, position?: ProblemPosition, why?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.position = position;
    this.why = why;
  }
}
