/** A store that cannot do its work. Codes are explained in docs/errors.md. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code:
    | 'STORE_VERSION'
    | 'STORE_LOCKED'
    | 'STORE_UNREADABLE'
    | 'STORE_FAILED'
    | 'STORE_FULL'
    | 'STORE_BUSY'
    | 'STORE_GONE'
    | 'STORE_SESSION_DELETED'
    | 'STORE_UNREACHABLE';
  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
