/** A piece of time. */
export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}
