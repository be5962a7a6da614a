import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { nodePlatform } from '../../../server/ingest/platform.ts';
import { crc32 } from '../../../shared/wire/crc32.ts';
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  FrameKind,
  HEADER_BYTES,
  MAX_INFLATED_BYTES,
  WireType,
} from '../../../shared/wire/frame.ts';
import { codeOf } from '../../support/errors.ts';
import { concatenate, hex, toHex, word32, zeros } from '../../support/hex.ts';

/** Two rows in columns of every type, narrow ones last, as senders lay them out. */
const frame: Frame = {
  kind: FrameKind.flows6,
  flags: 3,
  epoch: 0xfedcba98,
  sequence: 7,
  rows: 2,
  columns: [
    { field: 1, type: WireType.f64, data: Float64Array.of(1_700_000_000, -0.5) },
    { field: 2, type: WireType.words4, data: Uint32Array.of(0x20010db8, 0, 0, 1, 0x20010db8, 0, 0, 2) },
    { field: 3, type: WireType.u32, data: Uint32Array.of(0xffffffff, 1) },
    { field: 4, type: WireType.i16, data: Int16Array.of(-32767, 32767) },
    { field: 5, type: WireType.u16, data: Uint16Array.of(23, 65535) },
    { field: 6, type: WireType.u8, data: Uint8Array.of(6, 255) },
    { field: 65535, type: WireType.utf8, data: new TextEncoder().encode('暗闇') },
  ],
};

/** A frame around a body given in hex, with a right checksum. */
function frameOf(parts: {
  directory?: string;
  body?: string;
  rows?: number;
  columns?: number;
  inflatedBytes?: number;
  codec?: number;
  magic?: string;
  version?: string;
}): Uint8Array<ArrayBuffer> {
  const body = hex(parts.directory ?? '', parts.body ?? '');
  const columns = parts.columns ?? (parts.directory ?? '').replace(/\s/g, '').length / 16;
  return concatenate([
    hex(parts.magic ?? '4b555241', parts.version ?? '01', '02'),
    Uint8Array.of(parts.codec ?? 0, 0),
    word32(1, true),
    word32(2, true),
    word32(parts.rows ?? 0, true),
    word32(columns, true),
    word32(parts.inflatedBytes ?? body.length, true),
    word32(crc32(body), true),
    body,
  ]);
}

describe('round trip', () => {
  test.for([
    { name: 'portable', options: {} },
    { name: 'with zlib’s checksum', options: { platform: nodePlatform } },
    { name: 'compressed', options: { platform: nodePlatform, compress: true } },
  ])('$name', ({ options }) => {
    expect(decodeFrame(encodeFrame(frame, options), nodePlatform)).toEqual(frame);
  });

  test('a frame that is worth it is sent compressed, and read to the same columns', () => {
    const rows = 5000;
    const large: Frame = {
      ...frame,
      rows,
      columns: [{ field: 12, type: WireType.u32, data: new Uint32Array(rows).fill(1) }],
    };
    const compressed = encodeFrame(large, { platform: nodePlatform, compress: true });
    expect(compressed.length).toBeLessThan(encodeFrame(large).length / 10);
    expect(compressed[6]).toBe(1);
    expect(decodeFrame(compressed, nodePlatform)).toEqual(large);
  });

  test('what compression would make longer is sent as it is', () => {
    const noise = { field: 6, type: WireType.u8, data: hex('9e3779b97f4a7c15 f39cc0605cedc834 1082276bf3a27251') };
    const small: Frame = { ...frame, rows: noise.data.length, columns: [noise] };
    expect(encodeFrame(small, { platform: nodePlatform, compress: true })[6]).toBe(0);
  });

  test('a frame without rows or columns is a header', () => {
    const bytes = encodeFrame({ kind: FrameKind.acknowledge, flags: 0, epoch: 1, sequence: 2, rows: 0, columns: [] });
    //                magic    v  kind codec flags epoch   sequence rows     columns  inflated checksum of nothing
    expect(toHex(bytes)).toBe(
      `4b555241 01 07 00 00 01000000 02000000 00000000 00000000 00000000 00000000`.replaceAll(' ', ''),
    );
    expect(decodeFrame(bytes).columns).toEqual([]);
  });

  test('bytes of a frame by hand', () => {
    const bytes = frameOf({
      rows: 1,
      //          field type    length   field type    length
      directory: '0c00 03 00 04000000  0600 01 00 01000000',
      body: '2a000000 00000000  11 00000000000000',
    });
    expect(decodeFrame(bytes).columns).toEqual([
      { field: 12, type: WireType.u32, data: Uint32Array.of(42) },
      { field: 6, type: WireType.u8, data: Uint8Array.of(17) },
    ]);
  });
});

describe('alignment', () => {
  test.for([0, 1, 2, 3, 4, 5, 6, 7, 8])('a Buffer that begins at byte %i of a larger one', (byteOffset) => {
    const bytes = encodeFrame(frame);
    const pool = Buffer.alloc(bytes.length + 32, 0x5a);
    const inside = pool.subarray(byteOffset, byteOffset + bytes.length);
    inside.set(bytes);
    expect(decodeFrame(inside)).toEqual(frame);
  });

  test('columns are views of the frame where it is aligned', () => {
    const bytes = encodeFrame(frame);
    expect(decodeFrame(bytes).columns.every(({ data }) => data.buffer === bytes.buffer)).toBe(true);
  });

  test('columns of views that lie inside larger arrays', () => {
    const data = new Uint16Array(10).map((_, i) => i).subarray(3, 6);
    const bytes = encodeFrame({ ...frame, rows: 3, columns: [{ field: 5, type: WireType.u16, data }] });
    expect(decodeFrame(bytes).columns[0]!.data).toEqual(Uint16Array.of(3, 4, 5));
  });
});

describe('what is no frame', () => {
  test('cut off at any byte', () => {
    for (const options of [{}, { platform: nodePlatform, compress: true }]) {
      const bytes = encodeFrame(frame, options);
      for (let length = 0; length < bytes.length; length++) {
        const code = codeOf(() => decodeFrame(bytes.subarray(0, length), nodePlatform));
        expect(code, `${length} of ${bytes.length} bytes`).toBe(
          length < HEADER_BYTES ? 'WIRE_TRUNCATED' : 'WIRE_BAD_CRC',
        );
      }
    }
  });

  test('any byte of the body changed', () => {
    const bytes = encodeFrame(frame);
    for (let at = HEADER_BYTES; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 0x10;
      expect(
        codeOf(() => decodeFrame(changed)),
        `byte ${at}`,
      ).toBe('WIRE_BAD_CRC');
    }
  });

  test.for([
    { name: 'nothing', bytes: hex(), code: 'WIRE_TRUNCATED' },
    { name: 'another magic', bytes: frameOf({ magic: '4b555242' }), code: 'WIRE_BAD_MAGIC' },
    { name: 'a later version', bytes: frameOf({ version: '02' }), code: 'WIRE_VERSION' },
    { name: 'version 0', bytes: frameOf({ version: '00' }), code: 'WIRE_VERSION' },
    { name: 'an unknown codec', bytes: frameOf({ codec: 2 }), code: 'WIRE_CODEC' },
    { name: 'deflate of what is none', bytes: frameOf({ codec: 1, body: 'ffffffff' }), code: 'WIRE_BAD_DEFLATE' },
    {
      name: 'a length over the limit',
      bytes: frameOf({ inflatedBytes: MAX_INFLATED_BYTES + 1 }),
      code: 'WIRE_TOO_LARGE',
    },
    { name: 'a length of 4 GiB', bytes: frameOf({ inflatedBytes: 0xffffffff }), code: 'WIRE_TOO_LARGE' },
    { name: 'fewer bytes than it says', bytes: frameOf({ body: zeros(8), inflatedBytes: 16 }), code: 'WIRE_TRUNCATED' },
    { name: 'more bytes than it says', bytes: frameOf({ body: zeros(8), inflatedBytes: 0 }), code: 'WIRE_TRUNCATED' },
    {
      name: 'a directory longer than the frame',
      bytes: frameOf({ columns: 2, body: zeros(8) }),
      code: 'WIRE_TRUNCATED',
    },
    { name: 'the longest directory', bytes: frameOf({ columns: 0xffff, body: zeros(8) }), code: 'WIRE_TRUNCATED' },
    {
      name: 'a column that reaches past the frame',
      bytes: frameOf({ rows: 3, directory: '0c00 03 00 0c000000', body: zeros(8) }),
      code: 'WIRE_TRUNCATED',
    },
    {
      name: 'a column of almost 4 GiB',
      bytes: frameOf({ rows: 1, directory: '0c00 01 00 f8ffffff', body: zeros(8) }),
      code: 'WIRE_TRUNCATED',
    },
    {
      name: 'a column of 2 GiB',
      bytes: frameOf({ rows: 1, directory: '0c00 01 00 00000080', body: zeros(8) }),
      code: 'WIRE_TRUNCATED',
    },
    {
      name: 'an unknown type of 4 GiB, and a column that would lie before the frame',
      bytes: frameOf({ rows: 8, directory: '0100 63 00 e0ffffff 0c00 01 00 08000000', body: zeros(8) }),
      code: 'WIRE_TRUNCATED',
    },
    {
      name: 'half a value',
      bytes: frameOf({ rows: 1, directory: '0c00 03 00 06000000', body: zeros(8) }),
      code: 'WIRE_BAD_COLUMN',
    },
    {
      name: 'fewer values than rows',
      bytes: frameOf({ rows: 2, directory: '0c00 03 00 04000000', body: zeros(8) }),
      code: 'WIRE_BAD_COLUMN',
    },
    {
      name: 'more values than rows',
      bytes: frameOf({ rows: 1, directory: '0c00 03 00 08000000', body: zeros(8) }),
      code: 'WIRE_BAD_COLUMN',
    },
    {
      name: 'IPv6 addresses of one word a row',
      bytes: frameOf({ rows: 2, directory: '0200 05 00 08000000', body: zeros(8) }),
      code: 'WIRE_BAD_COLUMN',
    },
    {
      name: 'four billion rows of nothing in a column',
      bytes: frameOf({ rows: 0xffffffff, directory: '0c00 03 00 00000000' }),
      code: 'WIRE_BAD_COLUMN',
    },
  ])('$name', ({ bytes, code }) => expect(codeOf(() => decodeFrame(bytes, nodePlatform))).toBe(code));

  test('a small frame that inflates past what it says', () => {
    const bomb = deflateRawSync(new Uint8Array(MAX_INFLATED_BYTES * 4));
    const body = toHex(bomb);
    for (const inflatedBytes of [0, 8, MAX_INFLATED_BYTES]) {
      expect(codeOf(() => decodeFrame(frameOf({ codec: 1, body, inflatedBytes }), nodePlatform))).toBe(
        'WIRE_BAD_DEFLATE',
      );
    }
  });

  test('one that inflates to less than it says', () => {
    const body = toHex(deflateRawSync(new Uint8Array(8)));
    const bytes = frameOf({ codec: 1, body, inflatedBytes: 16 });
    expect(codeOf(() => decodeFrame(bytes, nodePlatform))).toBe('WIRE_TRUNCATED');
  });

  test('a compressed one where nothing can inflate it', () => {
    expect(codeOf(() => decodeFrame(frameOf({ codec: 1, body: '0300', inflatedBytes: 0 })))).toBe('WIRE_CODEC');
  });

  test('a frame over the limit is not made', () => {
    const data = new Uint8Array(MAX_INFLATED_BYTES);
    const large = { ...frame, rows: data.length, columns: [{ field: 1, type: WireType.u8, data }] };
    expect(codeOf(() => encodeFrame(large))).toBe('WIRE_TOO_LARGE');
    const most = data.subarray(0, MAX_INFLATED_BYTES - 8);
    expect(encodeFrame({ ...large, rows: most.length, columns: [{ ...large.columns[0]!, data: most }] }).length).toBe(
      MAX_INFLATED_BYTES + HEADER_BYTES,
    );
  });
});

test('columns of types that a later version added are passed over', () => {
  const bytes = frameOf({
    rows: 1,
    //          a type 99 of five bytes, then a known one
    directory: '0900 63 00 05000000  0600 01 00 01000000',
    body: '0102030405 000000  11 00000000000000',
  });
  expect(decodeFrame(bytes).columns).toEqual([{ field: 6, type: WireType.u8, data: Uint8Array.of(17) }]);
});
