/** A piece of time, half-open [from, to), in seconds since 1970 UTC. */
export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}
