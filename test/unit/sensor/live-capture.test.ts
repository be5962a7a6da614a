/** The parts of live capture that need no interface: which profile, whose packets, whose counts. */
import { describe, expect, test } from 'vitest';
import { CaptureAccount } from '../../../sensor/capture/live/capture-account.ts';
import { Handover } from '../../../sensor/capture/live/handover.ts';
import { readInterface } from '../../../sensor/capture/live/interface-state.ts';
import { RateSwitch } from '../../../sensor/capture/live/rate-switch.ts';
import { RecentRecords } from '../../../sensor/capture/live/recent-records.ts';
import type { Tap, TapCounts } from '../../../sensor/capture/live/tap.ts';
import type { TcpdumpChild } from '../../../sensor/capture/live/tcpdump-child.ts';
import { Turn, Wake } from '../../../sensor/capture/live/wake.ts';
import { createRecordBatch, type RecordBatch } from '../../../shared/packet-batch.ts';

describe('the profile of tcpdump', () => {
  /** The profiles after steps of 200 ms at these rates. */
  const profilesAt = (rates: number[]) => {
    const rateSwitch = new RateSwitch(0);
    let packets = 0;
    let profile: 'prompt' | 'bulk' = 'prompt';
    return rates.map((rate, step) => {
      packets += rate / 5;
      profile = rateSwitch.profile(profile, packets, (step + 1) * 200);
      return profile;
    });
  };

  test('is in bulk once the rate was high for 0.4 s', () => {
    expect(profilesAt([30_000, 30_000, 30_000])).toEqual(['prompt', 'bulk', 'bulk']);
  });

  test('stays through a short burst, and between the two thresholds', () => {
    expect(profilesAt([30_000, 19_000, 30_000, 19_000])).toEqual(['prompt', 'prompt', 'prompt', 'prompt']);
    expect(profilesAt([30_000, 30_000, ...new Array(100).fill(9_000)]).at(-1)).toBe('bulk');
  });

  test('is prompt again after ten calm seconds', () => {
    const profiles = profilesAt([30_000, 30_000, ...new Array(50).fill(7_000)]);
    expect(profiles.slice(-2)).toEqual(['bulk', 'prompt']);
  });

  test('is not held in bulk by what bulk does: a second’s packets at once', () => {
    const calm = Array.from({ length: 50 }, (_, step) => (step % 5 === 0 ? 15_000 : 0));
    expect(profilesAt([30_000, 30_000, ...calm]).at(-1)).toBe('prompt');
  });
});

/** Records of one byte each, at these milliseconds after now. */
function fill(batch: RecordBatch, records: readonly (readonly [byte: number, milliseconds: number])[], now: number) {
  batch.bytes = Uint8Array.from(records, ([byte]) => byte);
  batch.view = new DataView(batch.bytes.buffer);
  batch.length = records.length;
  records.forEach(([, milliseconds], row) => {
    const seconds = (now + milliseconds) / 1000;
    batch.offset[row] = row;
    batch.capturedLength[row] = 1;
    batch.wireLength[row] = 60;
    batch.seconds[row] = Math.floor(seconds);
    batch.nanoseconds[row] = Math.floor((seconds % 1) * 1e9);
  });
  return records.length;
}

class FakeChild {
  stopped = false;
  readonly #batches: (readonly (readonly [number, number])[])[];
  readonly #now: number;
  constructor(now: number, ...batches: (readonly (readonly [number, number])[])[]) {
    this.#now = now;
    this.#batches = batches;
  }
  read(batch: RecordBatch): number {
    const next = this.#batches.shift();
    return next === undefined ? 0 : fill(batch, next, this.#now);
  }
  stop() {
    this.stopped = true;
  }
}

describe('from one tcpdump to another', () => {
  const bytesOf = (batch: RecordBatch) => [...batch.offset.subarray(0, batch.length)].map((at) => batch.bytes[at]);

  test('packets that both have come once, equal ones as often as they came', () => {
    const now = Date.now();
    // Both have 2, 7, 7 and 3, with other times; the moment is some 50 ms from now.
    const before = [[1, -300]] as const;
    const old = new FakeChild(now, before, [
      [2, -5],
      [7, -4],
      [7, -3],
      [3, 500],
      [4, 600],
    ]);
    const next = new FakeChild(
      now,
      [
        [2, -4],
        [7, -3],
        [7, -2],
        [7, -1],
        [3, 501],
      ],
      [
        [4, 601],
        [7, 900],
      ],
    );
    const handover = new Handover(old as unknown as TcpdumpChild, next as unknown as TcpdumpChild);
    const batch = createRecordBatch();
    expect([handover.readOld(batch), bytesOf(batch)]).toEqual([1, [1]]);
    expect(handover.cut()).toBe(true);
    handover.readOld(batch);
    expect(bytesOf(batch)).toEqual([2, 7, 7]);
    expect({ passed: handover.passed, stopped: old.stopped, discarded: handover.oldDiscarded }).toEqual({
      passed: true,
      stopped: true,
      discarded: 2,
    });
    handover.readNew(batch);
    expect(bytesOf(batch)).toEqual([7, 3]);
    handover.readNew(batch);
    expect(bytesOf(batch)).toEqual([4, 7]);
    expect({ done: handover.done, discarded: handover.newDiscarded }).toEqual({ done: true, discarded: 3 });
    handover.close();
  });

  test('another length on the wire is another packet', () => {
    const recent = new RecentRecords(1);
    const batch = createRecordBatch();
    fill(batch, [[1, 0]], 0);
    recent.add(batch);
    batch.wireLength[0] = 61;
    expect(recent.take(batch, 0)).toBe(false);
    batch.wireLength[0] = 60;
    expect([recent.take(batch, 0), recent.take(batch, 0)]).toEqual([true, false]);
  });
});

describe('the account of an interface', () => {
  const tap = (counts: TapCounts, crashed: boolean): Tap => ({
    read: () => 0,
    end: { sentence: 'ended', crashed },
    counts: () => counts,
    stop: () => undefined,
    close: () => undefined,
  });
  const counts = { received: 100, droppedByKernel: 10, droppedByInterface: 1 };

  test('adds up over taps; of one that was killed, what it handed over and last told of drops', () => {
    const account = new CaptureAccount(() => readInterface('no such interface'), { counts: true, filtered: false });
    const killed = tap(counts, true);
    account.opened(killed);
    account.handedOver(70);
    account.ended(killed);
    account.crashed();
    const whole = tap({ ...counts, received: 50 }, false);
    account.opened(whole);
    account.handedOver(40);
    expect(account.stats()).toMatchObject({ received: 130, droppedByKernel: 20, crashes: 1 });
    account.ended(whole);
    account.close();
    // 70 and 40 handed over, 10 and 10 dropped, none left.
    expect(account.stats()).toEqual({
      received: 130,
      droppedByKernel: 20,
      droppedByInterface: 2,
      rxPackets: null,
      lostInCrash: null,
      crashes: 1,
    });
  });

  test('a tap that says less than it handed over is not believed', () => {
    const account = new CaptureAccount(() => readInterface('no such interface'), { counts: true, filtered: false });
    const stale = tap(counts, false);
    account.opened(stale);
    account.handedOver(95);
    account.ended(stale);
    expect(account.stats().received).toBe(105);
  });
});

test('what a new tap got before the interface’s count was read is not told as lost as well', () => {
  const state = { index: 1, up: true, rxPackets: 0 };
  const account = new CaptureAccount(() => ({ ...state }), { counts: true, filtered: false });
  const counts = { received: 0, droppedByKernel: 0, droppedByInterface: 0 } as TapCounts;
  const tapOf = (own: TapCounts, crashed: boolean) =>
    ({ counts: () => own, end: crashed ? { crashed, sentence: '' } : null }) as unknown as Tap;
  const killed = tapOf(counts, true);
  account.opened(killed);
  account.handedOver(100);
  state.rxPackets = 100;
  account.ended(killed);
  account.crashed();
  // 30 come while nobody captures, and 3 more after the next tap was opened and before the count is read.
  state.rxPackets = 133;
  const next = { ...counts };
  account.opened(tapOf(next, false));
  expect(account.stats().lostInCrash).toBe(33);
  state.rxPackets = 140;
  Object.assign(next, { received: 10 });
  account.look({ ...state });
  expect(account.stats().lostInCrash).toBe(30);
  account.look({ ...state });
  expect(account.stats().lostInCrash).toBe(30);
});

test('who works without an end lets timers run', async () => {
  const turn = new Turn();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  // Soon, but how soon is the machine's business.
  for (const until = performance.now() + 5_000; ticks === 0 && performance.now() < until; ) await turn.pause();
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(0);
});

test('a call before the wait is not missed', async () => {
  const wake = new Wake();
  wake.call();
  await wake.wait();
  setTimeout(wake.call, 1);
  await wake.wait();
});
