export class Way {
  constructor(fromPort: number, toPort: number);
  port(): Promise<number>;
  narrow(limits: { bytesPerSecond?: number; delayMilliseconds?: number }): void;
  stall(isStalled: boolean): void;
  readonly bytes: { readonly up: number; readonly down: number };
  close(): Promise<void>;
}
