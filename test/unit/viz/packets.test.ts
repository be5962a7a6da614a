/** Packets as the page asks for them, what their fields and bytes have to do with each other, and text of them. */
import { expect, test } from 'vitest';
import { dissect } from '../../../shared/dissect/index.ts';
import { dissectNotes, fieldNames, plainLayers } from '../../../shared/dissect/names.ts';
import { QuestionError } from '../../../viz/feed/answers.ts';
import type { PacketFlow } from '../../../viz/feed/packet-source.ts';
import { queryOf, readPackets, ServerPacketSource } from '../../../viz/feed/server-packets.ts';
import { bytesOf, choiceOfByte, neighbour, visible } from '../../../viz/panels/packets/choice.ts';
import { hexText } from '../../../viz/panels/packets/hex-text.ts';
import { fieldName, layerName, noteWords, problemWords } from '../../../viz/panels/packets/words.ts';
import { textOf } from '../../../viz/text/text.ts';
import { hex } from '../../support/hex.ts';
import { IPV4, MACS, SYN } from '../../support/link-frames.ts';

const flow: PacketFlow = {
  session: 7,
  fromSeconds: 1_700_000_000,
  toSeconds: 1_700_000_001,
  source: '192.0.2.1',
  target: '198.51.100.7',
  protocol: 6,
  sourcePort: 40_000,
  targetPort: 23,
};
const bytes = hex(MACS, '0800', IPV4, SYN);
const told = {
  seconds: 1_700_000_000,
  nanoseconds: 5,
  linkType: 1,
  originalLength: 60,
  bytes: Buffer.from(bytes).toString('base64'),
};
const signal = new AbortController().signal;

test('the server is asked for the flow, and what it says is read', async () => {
  const asked: string[] = [];
  const source = new ServerPacketSource(async (path) => {
    asked.push(path);
    return { packets: [told], more: true };
  });
  const found = await source.packetsOf(flow, signal);
  expect(found).toEqual({ packets: [{ ...told, bytes: Uint8Array.from(bytes) }], more: true });
  expect(Object.fromEntries(new URL(asked[0]!, 'http://x').searchParams)).toEqual({
    session: '7',
    from: '2023-11-14T22:13:20.000Z',
    to: '2023-11-14T22:13:21.000Z',
    source: '192.0.2.1',
    target: '198.51.100.7',
    protocol: '6',
    sourcePort: '40000',
    targetPort: '23',
    limit: '1000',
  });
  expect(queryOf({ ...flow, target: null }).has('target')).toBe(false);
});

test.for([
  {},
  { packets: {} },
  { packets: [{ ...told, bytes: '****' }] },
  { packets: [{ ...told, nanoseconds: 1e9 }] },
  { packets: [{ ...told, linkType: 65_536 }] },
  { packets: [{ ...told, seconds: -1 }] },
  { packets: [{ ...told, bytes: 'A'.repeat(400_000) }] },
])('an answer that is none is a problem, and no packet: %#', async (body) => {
  expect(() => readPackets(body)).toThrow(QuestionError);
  expect(await new ServerPacketSource(async () => body).packetsOf(flow, signal)).toEqual({
    problem: { code: 'PAGE_ANSWER_UNREADABLE', detail: '' },
  });
});

test('more packets than are shown are cut, and it is said', () => {
  const { packets, more } = readPackets({ packets: Array.from({ length: 1_001 }, () => told), more: false });
  expect([packets.length, more]).toEqual([1_000, true]);
});

test('what the server refuses is said with its reason; what was aborted is nobody’s problem', async () => {
  const refused = { code: 'API_NO_PACKETS', detail: '', why: 'expired' };
  const failing = new ServerPacketSource(async () => Promise.reject(new QuestionError(404, refused)));
  expect(await failing.packetsOf(flow, signal)).toEqual({ problem: refused });
  const abort = new AbortController();
  abort.abort();
  await expect(failing.packetsOf(flow, abort.signal)).rejects.toThrow();
  const text = textOf('en');
  const words = ['expired', 'notSent', 'whatever'].map((why) => problemWords({ code: 'API_NO_PACKETS', why }, text));
  expect(words).toEqual([text.packetsExpired, text.packetsNotSent, text.packetsNone]);
  expect(problemWords({ code: 'API_BUSY' }, text)).toBe('No packets: API_BUSY');
});

test('each byte leads to the smallest field that has it, and each field to its bytes', () => {
  const layers = dissect(bytes, 1, bytes.length);
  for (let at = 0; at < bytes.length; at++) {
    const { offset, length } = bytesOf(layers, choiceOfByte(layers, at)!);
    expect(at).toBeGreaterThanOrEqual(offset);
    expect(at).toBeLessThan(offset + length);
  }
  const port = choiceOfByte(layers, 37)!;
  expect(layers[port.layer]!.fields[port.field]).toMatchObject({ name: 'targetPort', offset: 36, length: 2 });
  expect(choiceOfByte(layers, bytes.length)).toBe(null);
  expect(bytesOf(layers, { layer: 99, field: 3 })).toEqual({ offset: 0, length: 0 });
});

test('the keyboard goes through what is open, and stops at both ends', () => {
  const layers = dissect(bytes, 1, bytes.length);
  const isOpen = [false, true, false];
  const all = visible(layers, isOpen);
  expect(all[0]).toEqual({ layer: 0, field: -1 });
  expect(all.length).toBe(3 + layers[1]!.fields.length);
  expect(neighbour(layers, isOpen, all[0]!, -1)).toEqual(all[0]);
  expect(neighbour(layers, isOpen, all[1]!, 1)).toEqual({ layer: 1, field: 0 });
  expect(neighbour(layers, isOpen, all.at(-1)!, 1)).toEqual({ layer: 2, field: -1 });
});

test('a dump as everybody knows it, without control characters', () => {
  expect(hexText(hex('1b5b324a 48656c6c6f2c20776f726c64 00 e280ae'))).toBe(
    [
      '00000000  1b 5b 32 4a 48 65 6c 6c  6f 2c 20 77 6f 72 6c 64  |.[2JHello, world|',
      '00000010  00 e2 80 ae                                       |....|',
    ].join('\n'),
  );
  expect(hexText(new Uint8Array(0))).toBe('');
});

test.for(['en', 'ja'] as const)('every field, layer and note has words: %s', (language) => {
  const text = textOf(language);
  for (const name of fieldNames) expect(fieldName(name, text), name).toBeTruthy();
  for (const note of dissectNotes) expect(noteWords({ note }, text).words, note).toBeTruthy();
  const marks = dissectNotes.map((note) => noteWords({ note }, text).mark);
  expect(new Set(marks)).toEqual(new Set(['✓', '✗', '⚠']));
  for (const name of Object.values(plainLayers))
    expect(layerName({ name, offset: 0, length: 1, fields: [] }, text)).toBeTruthy();
});
