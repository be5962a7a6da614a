/** A spool on a disk that runs full: nothing breaks, everything is counted, and it goes on by itself. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { canMount, smallDisk } from '../../support/small-disk.ts';
import { deliverAll, frameOf, helloOf, openSpool, pushAll, range } from '../../support/spools.ts';

const possible = canMount();
if (!possible) console.warn('no disk of memory can be mounted: the test of a spool on a full disk is skipped');
const FRAMES = 90;
const FRAME_BYTES = 100_000;

test.skipIf(!possible)(
  'what the disk does not take stays in memory as far as that goes, and the rest is counted',
  async () => {
    const disk = await smallDisk(6);
    const log = vi.fn();
    const spool = openSpool(join(disk, 'spool'), { maxBytes: 16 << 20, windowBytes: 1 << 20, log });
    spool.start();
    const frames = spool.begin(helloOf(1));
    pushAll(frames, 1, FRAMES, FRAME_BYTES);
    expect(log).toHaveBeenCalledWith(expect.stringMatching(/cannot be written .*\[SPOOL_DISK_FULL\]/));
    expect(spool.report(frames.totals).isDiskFull).toBe(true);
    const { flowsWaiting, flowsDropped } = frames.totals;
    expect(flowsWaiting + flowsDropped).toBe(FRAMES);
    // Six megabytes on disk, two in memory, of nine.
    expect(flowsDropped).toBeGreaterThan(5);
    expect(flowsDropped).toBeLessThan(30);
    const delivered = deliverAll(frames);
    expect(delivered).toHaveLength(flowsWaiting);
    expect(delivered).toEqual(delivered.toSorted((a, b) => a - b));
    expect(delivered.at(-1)).toBe(FRAMES);

    await eventually(() => expect(spool.report(frames.totals).isDiskFull).toBe(false));
    pushAll(frames, FRAMES + 1, FRAMES + 20, FRAME_BYTES);
    expect(deliverAll(frames)).toEqual(range(FRAMES + 1, FRAMES + 20));
    await spool.close();
  },
);

test.skipIf(!possible)(
  'it stops while there is room left for others, and writes what waited when there is more',
  async () => {
    const disk = await smallDisk(8);
    const others = join(disk, 'others');
    writeFileSync(others, Buffer.alloc(5 << 20));
    const spool = openSpool(join(disk, 'spool'), { maxBytes: 16 << 20, windowBytes: 1 << 20, keepFreeBytes: 3 << 20 });
    spool.start();
    const frames = spool.begin(helloOf(1));
    pushAll(frames, 1, 10, FRAME_BYTES);
    expect(spool.report(frames.totals)).toMatchObject({ isDiskFull: true, bytes: 0, flows: 10 });
    expect(frames.takeUnsent()?.sequence).toBe(1);
    rmSync(others);
    await eventually(() => expect(spool.report(frames.totals).bytes).toBeGreaterThan(10 * FRAME_BYTES));
    frames.push(frameOf(11, FRAME_BYTES));
    frames.rewind();
    expect(deliverAll(frames)).toEqual(range(1, 11));
    await spool.close();
  },
);
