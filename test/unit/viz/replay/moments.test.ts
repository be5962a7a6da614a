/** Speeds, the address, marks, and what the time bar shows. */
import { describe, expect, test } from 'vitest';
import { MAX_STRETCH_SECONDS, MAX_STRETCH_STREAKS } from '../../../../shared/wire/stretch.ts';
import { barSpanOf, zoomed } from '../../../../viz/panels/time-bar/bar-span.ts';
import { Bookmarks } from '../../../../viz/replay/bookmarks.ts';
import type { ReplayView } from '../../../../viz/replay/page-replay.ts';
import { readReplay, writeReplay } from '../../../../viz/replay/replay-address.ts';
import { mostStreaks, rateOf, readSpeed, speeds, stepSpeed, stretchSecondsAt } from '../../../../viz/replay/speeds.ts';
import type { PageState } from '../../../../viz/state.ts';

describe('speeds', () => {
  test('from a tenth to a thousand, and as fast as it goes', () => {
    expect([speeds[0], speeds.at(-1)]).toEqual([0.1, 1000]);
    expect(readSpeed('60')).toBe(60);
    expect(readSpeed('max')).toBe('max');
    for (const bad of [null, '', '7', '-1', '1e9', '__proto__']) expect(readSpeed(bad)).toBe(1);
  });

  test('are left at neither end', () => {
    expect(stepSpeed(0.1, -1)).toBe(0.1);
    expect(stepSpeed(1000, 1)).toBe('max');
    expect(stepSpeed('max', 1)).toBe('max');
    expect(stepSpeed('max', -1)).toBe(1000);
  });

  test('at most takes a short while for all, and never less than real time', () => {
    expect(rateOf('max', 86_400)).toBe(4_320);
    expect(rateOf('max', 3)).toBe(1);
    expect(rateOf(5, 86_400)).toBe(5);
  });

  test.each([...speeds, 4_320, 20_000])('stretches at %d× are within what a server answers', (rate) => {
    const seconds = stretchSecondsAt(rate);
    expect(Number.isInteger(seconds)).toBe(true);
    expect(seconds).toBeLessThanOrEqual(MAX_STRETCH_SECONDS);
    expect(seconds / rate).toBeGreaterThanOrEqual(2);
    for (const capacity of [8_192, 131_072]) {
      expect(mostStreaks(rate, capacity)).toBeGreaterThan(0);
      expect(mostStreaks(rate, capacity)).toBeLessThanOrEqual(MAX_STRETCH_STREAKS);
    }
  });
});

describe('the address of a moment', () => {
  const view: ReplayView = {
    session: { id: 7, kind: 'file', name: 'a.pcap', firstSeconds: 0, lastSeconds: 9, isGrowing: false },
    ...{ atSeconds: 1_700_000_000.25, speed: 60, rate: 60, isPlaying: false, isWaiting: false },
    ...{ isFinished: false, isLooping: true, problem: null },
  };

  test('is read as it is written', () => {
    const query = new URLSearchParams('filter=tcp');
    writeReplay(view, query);
    expect(query.get('at')).toBe('2023-11-14T22:13:20.250Z');
    expect(readReplay(query)).toEqual({ session: 7, atSeconds: 1_700_000_000.25, speed: 60, isLooping: true });
    writeReplay(null, query);
    expect(query.toString()).toBe('filter=tcp');
    expect(readReplay(query)).toBeNull();
  });

  test.each(['session=x&at=y', 'session=-1&at=2023-11-14', 'session=99999999999', 'at=2023-99-99T00:00:00Z'])(
    'of nonsense (%s) only what makes sense is taken',
    (text) => {
      const wish = readReplay(new URLSearchParams(text))!;
      expect(wish.session).toBeUndefined();
      expect(wish.atSeconds).toBeUndefined();
      expect(wish.speed).toBe(1);
    },
  );
});

describe('marks', () => {
  const memory = (kept: string | null) => {
    const box = { kept };
    return {
      box,
      getItem: () => box.kept,
      setItem: (_: string, value: string) => {
        box.kept = value;
      },
      removeItem: () => undefined,
    };
  };

  test('are kept by session, and taken away where they are', () => {
    const kept = memory(null);
    const marks = new Bookmarks(kept);
    marks.toggle(1, 100, 2);
    marks.toggle(2, 100, 2);
    marks.toggle(1, 200, 2);
    expect(new Bookmarks(kept).of(1).map(({ atSeconds }) => atSeconds)).toEqual([100, 200]);
    marks.toggle(1, 101.5, 2);
    expect(new Bookmarks(kept).of(1).map(({ atSeconds }) => atSeconds)).toEqual([200]);
    expect(marks.of(2)).toHaveLength(1);
  });

  test('are so many at most, and the oldest give way', () => {
    const marks = new Bookmarks(null);
    for (let at = 0; at < 500; at++) marks.toggle(1, at, 0);
    expect(marks.of(1)).toHaveLength(200);
    expect(marks.of(1).at(-1)!.atSeconds).toBe(499);
  });

  test.each(['{', '7', '[1,null,{"session":"x","atSeconds":1},{"session":1,"atSeconds":null}]'])(
    'of what is no list of them (%s) none is read',
    (text) => expect(new Bookmarks(memory(text)).of(1)).toEqual([]),
  );
});

describe('the span of the time bar', () => {
  const state = (kind: 'live' | 'file', newestSeconds: number) =>
    ({
      totals: { session: { id: 0, kind, name: '', beginSeconds: 1_000 }, clock: { newestSeconds } },
      replay: null,
    }) as unknown as Pick<PageState, 'totals' | 'replay'>;

  test('is all that is stored, in so few bins that they can be seen', () => {
    for (const seconds of [5, 600, 86_400, 400 * 86_400, 10 * 366 * 86_400]) {
      const span = barSpanOf(
        state('file', 1_000 + seconds),
        { firstSeconds: 1_000, lastSeconds: 1_000 + seconds },
        null,
      )!;
      expect(span.fromSeconds).toBeLessThanOrEqual(1_000);
      expect(span.toSeconds).toBeGreaterThan(1_000 + seconds);
      expect((span.toSeconds - span.fromSeconds) / span.stepSeconds).toBeLessThanOrEqual(540);
      expect(span.fromSeconds % span.stepSeconds).toBe(0);
    }
  });

  test('of live traffic, seconds are asked for only while they are kept', () => {
    const newest = 1_000 + 30 * 86_400;
    const recent = { fromSeconds: newest - 300, toSeconds: newest };
    const old = { fromSeconds: newest - 20 * 86_400, toSeconds: newest - 20 * 86_400 + 300 };
    const bounds = { firstSeconds: 1_000, lastSeconds: newest };
    expect(barSpanOf(state('live', newest), bounds, recent)!.stepSeconds).toBe(1);
    expect(barSpanOf(state('live', newest), bounds, old)!.stepSeconds).toBe(60);
    expect(barSpanOf(state('file', newest), bounds, old)!.stepSeconds).toBe(1);
  });

  test('nothing is shown of nothing', () => {
    expect(barSpanOf({ totals: null, replay: null }, null, null)).toBeNull();
  });

  test('is drawn near around the pointer, within what there is', () => {
    const whole = { firstSeconds: 0, lastSeconds: 1_000 };
    const nearer = zoomed({ fromSeconds: 0, toSeconds: 1_000 }, whole, 250, 0.5)!;
    expect(nearer).toEqual({ fromSeconds: 125, toSeconds: 625 });
    expect(zoomed(nearer, whole, 250, 4)).toBeNull();
    const edge = zoomed({ fromSeconds: 900, toSeconds: 1_000 }, whole, 990, 2)!;
    expect(edge.toSeconds).toBeLessThanOrEqual(1_000);
    expect(edge.toSeconds - edge.fromSeconds).toBe(200);
  });
});
