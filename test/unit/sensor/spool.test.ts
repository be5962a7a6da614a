import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { emptyQueueTotals, type QueueTotals } from '../../../sensor/output/frame-source.ts';
import type { Spool } from '../../../sensor/output/spool.ts';
import { codeOf } from '../../support/errors.ts';
import { deliverAll, frameOf, helloOf, openSpool, pushAll, range, spoolFolder } from '../../support/spools.ts';

/** As after SIGKILL: nothing was closed, and the lock is still there. */
function crash(spool: Spool, folder: string): void {
  clearInterval((spool as unknown as { timer?: NodeJS.Timeout }).timer);
  writeFileSync(join(folder, 'lock'), '999999999 1');
}

const segmentsIn = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.frames'))
    .sort();

const sumOf = ({ packetsWaiting, packetsSent, packetsDropped }: QueueTotals) =>
  packetsWaiting + packetsSent + packetsDropped;

describe('one run', () => {
  test('sends what it is given in order, from memory and from disk, and deletes what is acknowledged', async () => {
    const folder = await spoolFolder();
    const spool = openSpool(folder);
    const frames = spool.begin(helloOf(1));
    pushAll(frames, 1, 100);
    expect(frames.isBehind).toBe(true);
    expect(segmentsIn(folder).length).toBeGreaterThan(5);
    expect(deliverAll(frames)).toEqual(range(1, 100));
    expect(frames.isEmpty).toBe(true);
    expect(segmentsIn(folder)).toHaveLength(1);
    expect(frames.totals).toMatchObject({ flowsSent: 100, flowsAcknowledged: 100, flowsWaiting: 0, flowsDropped: 0 });
    await spool.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a segment that is taken away while it is closed leaves no sums behind', async () => {
    const spool = openSpool(await spoolFolder());
    const frames = spool.begin(helloOf(1));
    for (let sequence = 1; sequence <= 60; sequence++) {
      frames.push(frameOf(sequence));
      frames.takeUnsent();
      frames.acknowledge(sequence);
    }
    await frames.close();
    const files = readdirSync(frames.epoch.folder).filter((name) => name !== 'hello.json');
    expect(files.filter((name) => name.endsWith('.frames'))).toHaveLength(1);
    expect(files.filter((name) => name.endsWith('.sums'))).toHaveLength(1);
    await spool.close();
  });

  test('sends again what was under way, from memory', async () => {
    const spool = openSpool(await spoolFolder());
    const frames = spool.begin(helloOf(1));
    pushAll(frames, 1, 20);
    expect([frames.takeUnsent(), frames.takeUnsent()].map((frame) => frame?.sequence)).toEqual([1, 2]);
    frames.acknowledge(1);
    frames.rewind();
    expect(frames.bytesInFlight).toBe(0);
    expect(deliverAll(frames)).toEqual(range(2, 20));
    expect(frames.totals.flowsSent).toBe(20);
    await spool.close();
  });

  test('gives up the oldest that was never sent when it reaches its limit, and counts it', async () => {
    const spool = openSpool(await spoolFolder());
    const frames = spool.begin(helloOf(1));
    frames.push(frameOf(1));
    frames.takeUnsent();
    for (let sequence = 2; sequence <= 400; sequence++) {
      frames.push(frameOf(sequence));
      spool.dropOldest();
      expect(spool.report(frames.totals).bytes).toBeLessThan(175_000);
    }
    const { flowsDropped, flowsWaiting, flowsSent } = frames.totals;
    expect(flowsDropped).toBeGreaterThan(200);
    expect(flowsDropped + flowsWaiting + flowsSent).toBe(400);
    frames.rewind();
    const delivered = deliverAll(frames);
    expect(delivered[0]).toBe(1);
    expect(delivered.at(-1)).toBe(400);
    expect(delivered).toHaveLength(400 - flowsDropped);
    await spool.close();
  });

  test('says how old the oldest is, and how long the room will do', async () => {
    const spool = openSpool(await spoolFolder());
    spool.start();
    const frames = spool.begin(helloOf(1));
    expect(spool.report(frames.totals)).toMatchObject({ bytes: 0, oldestSeconds: null, hoursLeft: null });
    pushAll(frames, 1, 10);
    await vi.waitFor(() => expect(spool.report(frames.totals).hoursLeft).toBeGreaterThan(0), { timeout: 3_000 });
    const { oldestSeconds, hoursLeft, flows, packets } = spool.report(frames.totals);
    expect(Math.abs(Date.now() / 1000 - oldestSeconds!)).toBeLessThan(5);
    // Some 10 kB a second, and 150 kB to go.
    expect(hoursLeft! * 3_600).toBeGreaterThan(5);
    expect(hoursLeft! * 3_600).toBeLessThan(200);
    expect({ flows, packets }).toEqual({ flows: 10, packets: 55 });
    await spool.close();
  });
});

describe('after a crash', () => {
  test('the next run finds what was left, and delivers it under its own epoch', async () => {
    const folder = await spoolFolder();
    const first = openSpool(folder);
    const before = first.begin(helloOf(7));
    pushAll(before, 1, 50);
    for (let taken = 0; taken < 5; taken++) before.takeUnsent();
    before.acknowledge(3);
    crash(first, folder);

    const second = openSpool(folder);
    const [left] = second.epochs;
    expect(left!.epoch.hello).toEqual(helloOf(7));
    // What the server has of it is asked: 5 were sent, of which it says that it stored 4.
    expect(left!.mayBeStored(5)).toBe(true);
    expect(left!.mayBeStored(50)).toBe(false);
    left!.trim(4);
    expect(left!.totals).toMatchObject({ flowsRecovered: 46, flowsWaiting: 46, packetsRecovered: 1275 - 10 });
    expect(deliverAll(left!)).toEqual(range(5, 50));
    expect(left!.totals).toMatchObject({ flowsSent: 46, flowsAcknowledged: 46, flowsWaiting: 0 });
    second.remove(left!);
    await second.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.for([1, 20, 31, 32, 500, 1_031])(
    'a half-written frame at the end is cut off: %i bytes of it',
    async (length) => {
      const folder = await spoolFolder();
      const first = openSpool(folder);
      pushAll(first.begin(helloOf(7)), 1, 3);
      crash(first, folder);
      const path = join(folder, segmentsIn(folder)[0]!);
      const record = readFileSync(path).subarray(0, 1_032);
      appendFileSync(path, record.subarray(0, length));
      const second = openSpool(folder);
      expect(second.report(emptyQueueTotals()).cutBytes).toBe(length);
      expect(deliverAll(second.epochs[0]!)).toEqual([1, 2, 3]);
      await second.close();
    },
  );

  test('a power cut that took the end of the file takes what it held and no more', async () => {
    const folder = await spoolFolder();
    const first = openSpool(folder);
    pushAll(first.begin(helloOf(7)), 1, 9);
    crash(first, folder);
    truncateSync(join(folder, segmentsIn(folder)[0]!), 4 * 1_032 + 500);
    const second = openSpool(folder);
    expect(second.epochs[0]!.totals.flowsRecovered).toBe(4);
    expect(deliverAll(second.epochs[0]!)).toEqual(range(1, 4));
    await second.close();
  });

  test('what cannot be read back of a closed file is counted as dropped, and what is behind it comes', async () => {
    const folder = await spoolFolder();
    const first = openSpool(folder);
    const frames = first.begin(helloOf(7));
    pushAll(frames, 1, 40);
    await first.close();
    const path = join(folder, segmentsIn(folder)[1]!);
    const bytes = readFileSync(path);
    bytes[2 * 1_032 + 100]! ^= 1;
    writeFileSync(path, bytes);
    const second = openSpool(folder);
    const [left] = second.epochs;
    left!.trim(-1);
    const delivered = deliverAll(left!);
    expect(left!.totals.flowsDropped).toBe(40 - delivered.length);
    expect(left!.totals.flowsDropped).toBeGreaterThan(0);
    expect(delivered).toContain(40);
    expect(sumOf(left!.totals)).toBe(left!.totals.packetsRecovered);
    await second.close();
  });

  test('frames of evidence and payloads that cannot be read back are counted, too', async () => {
    const folder = await spoolFolder();
    const first = openSpool(folder);
    // By their bytes those numbered 4 and 5 are such.
    pushAll(first.begin(helloOf(7)), 1, 40);
    await first.close();
    const path = join(folder, segmentsIn(folder)[0]!);
    const bytes = readFileSync(path);
    bytes[2 * 1_032 + 100]! ^= 1;
    writeFileSync(path, bytes);
    const second = openSpool(folder);
    const [left] = second.epochs;
    left!.trim(-1);
    expect(deliverAll(left!)).not.toContain(4);
    expect(left!.totals.findingsDropped).toBe(2);
    await second.close();
  });

  test('over the limit, what may have been sent is not said to be dropped: the server knows whether it came', async () => {
    const folder = await spoolFolder();
    const first = openSpool(folder);
    pushAll(first.begin(helloOf(7)), 1, 100);
    crash(first, folder);
    const second = openSpool(folder, { maxBytes: 50_000 });
    const [left] = second.epochs;
    const sumsOf = (at: number) => left!.epoch.segments[at]!.sums.flows;
    const [unsure, sure] = [sumsOf(0) + sumsOf(1) + sumsOf(2), sumsOf(3)];
    for (let segment = 0; segment < 4; segment++) expect(left!.dropOldestSegment()).toBe(true);
    expect(left!.totals).toMatchObject({
      flowsRecovered: 100 - unsure,
      flowsDropped: sure,
      // By their bytes those numbered 4 and 5 are evidence and payloads: they lie among what may have been sent.
      findingsDropped: 0,
      flowsRecoveredDropped: sure,
      flowsWaiting: 100 - unsure - sure,
    });
    await second.close();
  });

  test('an epoch that does not say whose it is stays where it is', async () => {
    const folder = await spoolFolder();
    const first = openSpool(folder);
    pushAll(first.begin(helloOf(7)), 1, 3);
    crash(first, folder);
    const [epoch] = readdirSync(folder).filter((name) => name !== 'lock');
    writeFileSync(join(folder, epoch!, 'hello.json'), '{"epoch":');
    const log = vi.fn();
    const second = openSpool(folder, { log });
    expect(second.epochs).toEqual([]);
    expect(log).toHaveBeenCalledWith(expect.stringContaining('is left alone'));
    await second.close();
    expect(existsSync(join(folder, epoch!))).toBe(true);
  });
});

describe('the folder', () => {
  test('is for one process at a time', async () => {
    const folder = await spoolFolder();
    const spool = openSpool(folder);
    writeFileSync(join(folder, 'lock'), lockOf(1));
    expect(codeOf(() => openSpool(folder))).toBe('SPOOL_LOCKED');
    await spool.close();
    await openSpool(folder).close();
  });

  test.for(['', '\0\0\0\0\0\0', 'x', '-1', '0', '999999999 1'])(
    'is taken where the lock names nobody: %j',
    async (text) => {
      const folder = await spoolFolder();
      mkdirSync(folder);
      writeFileSync(join(folder, 'lock'), text);
      const spool = openSpool(folder);
      expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(lockOf(process.pid));
      await spool.close();
    },
  );

  test('that cannot be made is told in a sentence', async () => {
    const folder = await spoolFolder();
    writeFileSync(folder, 'a file');
    expect(codeOf(() => openSpool(join(folder, 'spool')))).toBe('SPOOL_UNUSABLE');
  });
});

/** As a process of that number would have written it. */
function lockOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
}

test('whatever happens, crashes included: every frame is sent in order, acknowledged, dropped or still there', async () => {
  const operation = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ what: fc.constant('push' as const), bytes: fc.integer({ min: 1, max: 3_000 }) }),
    },
    { weight: 5, arbitrary: fc.constant({ what: 'take' as const }) },
    { weight: 3, arbitrary: fc.constant({ what: 'acknowledge' as const }) },
    { weight: 1, arbitrary: fc.constant({ what: 'rewind' as const }) },
    { weight: 1, arbitrary: fc.constant({ what: 'crash' as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 150 }), async (operations) => {
      const folder = await spoolFolder();
      const options = { maxBytes: 40_000, windowBytes: 4_000 };
      let spool = openSpool(folder, options);
      let epoch = 1;
      let frames = spool.begin(helloOf(epoch, 'simulated'));
      let [next, pushed, stored] = [1, 0, 0];
      // Of all runs: what the server has, and what was given up.
      let dropped = 0;
      for (const step of operations) {
        if (step.what === 'push') {
          frames.push(frameOf(next++, step.bytes));
          pushed++;
          spool.dropOldest();
        } else if (step.what === 'take') {
          if (frames.bytesInFlight < spool.segmentBytes) frames.takeUnsent();
        } else if (step.what === 'acknowledge' && frames.framesInFlight > 0) {
          frames.acknowledge(frames.highestSent);
          stored = frames.highestSent;
        } else if (step.what === 'rewind') frames.rewind();
        else if (step.what === 'crash') {
          dropped += frames.totals.flowsDropped;
          const acknowledged = frames.totals.flowsAcknowledged;
          crash(spool, folder);
          spool = openSpool(folder, options);
          const [left] = spool.epochs;
          // It delivers what was left before it goes on, so that the model stays small.
          if (left !== undefined) {
            expect(left.mayBeStored(stored)).toBe(true);
            left.trim(stored);
            const delivered = deliverAll(left);
            expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
            expect(delivered.every((sequence) => sequence > stored)).toBe(true);
            expect(acknowledged + delivered.length + dropped).toBe(pushed);
            spool.remove(left);
          } else expect(acknowledged + dropped).toBe(pushed);
          frames = spool.begin(helloOf(++epoch, 'simulated'));
          [next, pushed, stored, dropped] = [1, 0, 0, 0];
        }
        const { totals } = frames;
        expect(totals.flowsWaiting + totals.flowsSent + totals.flowsDropped).toBe(pushed);
        expect(Math.min(...Object.values(totals))).toBeGreaterThanOrEqual(0);
      }
      frames.rewind();
      const rest = deliverAll(frames);
      expect(frames.totals.flowsAcknowledged + frames.totals.flowsDropped).toBe(pushed);
      expect(rest.every((sequence) => sequence > stored)).toBe(true);
      await spool.close();
    }),
    { numRuns: 60, endOnFailure: true },
  );
});
