export type WireErrorCode =
  | 'WIRE_TRUNCATED'
  | 'WIRE_BAD_MAGIC'
  | 'WIRE_VERSION'
  | 'WIRE_TOO_LARGE'
  | 'WIRE_BAD_CRC'
  | 'WIRE_BAD_DEFLATE'
  | 'WIRE_CODEC'
  | 'WIRE_BAD_COLUMN'
  | 'WIRE_BAD_MESSAGE';

/** The peer sent bytes that are no frame of ours. Its connection is closed; the rest go on. Codes: docs/errors.md. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly code: WireErrorCode;
  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
