import { tmpdir } from 'node:os';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type DiskLimits, DiskWatch } from '../../../server/store/disk-watch.ts';

async function startWatch(limits: DiskLimits, folder = tmpdir()) {
  const log = vi.fn();
  const watch = new DiskWatch({ folder, limits, log });
  await watch.start();
  onTestFinished(() => watch.stop());
  return { watch, log };
}

test('the smaller of share and size is the low mark', async () => {
  const { watch } = await startWatch({ lowPercent: 5, lowMegabytes: 1 });
  expect(watch.state()).toMatchObject({ lowBytes: 1e6, highBytes: 1.5e6, isFull: false });
  const { totalBytes } = watch.state();
  const { watch: other } = await startWatch({ lowPercent: 1e-9, lowMegabytes: 1e9 });
  expect(other.state().lowBytes).toBeCloseTo(totalBytes! * 1e-11, 3);
});

test('a disk with less room than the mark is full, and that is said once', async () => {
  const { watch, log } = await startWatch({ lowPercent: 100, lowMegabytes: 1e12 });
  expect(watch.isFull).toBe(true);
  await watch.look();
  expect(log.mock.calls).toEqual([[expect.stringMatching(/is full \(\d+ MB free\): nothing is stored/)]]);
});

test('marks of 0 switch it off; a folder that is gone does not end it', async () => {
  const { watch } = await startWatch({ lowPercent: 0, lowMegabytes: 0 }, '/nowhere/at/all');
  expect(watch.state()).toMatchObject({ freeBytes: null, isFull: false });
});

test('what the store said holds for a while, whatever the disk says', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { watch, log } = await startWatch({ lowPercent: 0, lowMegabytes: 0 });
  watch.noteFull();
  await watch.look();
  expect(watch.isFull).toBe(true);
  vi.advanceTimersByTime(10_001);
  await watch.look();
  expect(watch.isFull).toBe(false);
  expect(log).toHaveBeenCalledTimes(2);
});
