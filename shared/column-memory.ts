/** Where the columns of a batch get their memory. */
export interface ColumnMemory {
  f64(length: number): Float64Array;
  u32(length: number): Uint32Array;
  u16(length: number): Uint16Array;
  u8(length: number): Uint8Array;
}

export const ownMemory: ColumnMemory = {
  f64: (length) => new Float64Array(length),
  u32: (length) => new Uint32Array(length),
  u16: (length) => new Uint16Array(length),
  u8: (length) => new Uint8Array(length),
};

/** Memory that stays the same when the columns are sent to another thread. */
export const sharedMemory: ColumnMemory = {
  f64: (length) => new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT)),
  u32: (length) => new Uint32Array(new SharedArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT)),
  u16: (length) => new Uint16Array(new SharedArrayBuffer(length * Uint16Array.BYTES_PER_ELEMENT)),
  u8: (length) => new Uint8Array(new SharedArrayBuffer(length)),
};
