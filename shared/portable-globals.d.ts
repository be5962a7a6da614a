/** The few globals that Node and browsers share and that portable code may use (the ES library does not declare them). */
interface TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare var TextEncoder: { new (): TextEncoder };
interface TextDecoder {
  decode(bytes: Uint8Array): string;
}
declare var TextDecoder: { new (label?: string, options?: { fatal?: boolean }): TextDecoder };
interface AbortSignal {
  readonly aborted: boolean;
}
/** In browsers only where the page came over TLS or from the loopback. */
declare var crypto: {
  readonly subtle: { digest(algorithm: 'SHA-256', bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> };
};
declare var performance: { now(): number };
