import { describe, expect, test } from 'vitest';
import { PlayClock, SCENE_BEGIN_SECONDS } from '../../../../viz/replay/play-clock.ts';

function made() {
  const wall = { seconds: 100 };
  const clock = new PlayClock(() => wall.seconds);
  clock.jump(5_000);
  clock.limitSeconds = 6_000;
  const pass = (seconds: number) => {
    for (let left = seconds; left > 1e-9; left -= 0.1) {
      wall.seconds += Math.min(0.1, left);
      clock.advance();
    }
  };
  return { wall, clock, pass };
}

describe('the clock of a replay', () => {
  test('stands until it is told to go, and again afterwards', () => {
    const { clock, pass } = made();
    pass(3);
    expect(clock.captureAt(clock.now())).toBe(5_000);
    clock.isPlaying = true;
    pass(3);
    expect(clock.captureAt(clock.now())).toBeCloseTo(5_003);
    clock.isPlaying = false;
    pass(3);
    expect(clock.captureAt(clock.now())).toBeCloseTo(5_003);
  });

  test('goes at its rate, and another rate takes over where it stands', () => {
    const { clock, pass } = made();
    clock.isPlaying = true;
    clock.setRate(60);
    pass(2);
    expect(clock.captureAt(clock.now())).toBeCloseTo(5_120);
    clock.setRate(0.5);
    pass(2);
    expect(clock.captureAt(clock.now())).toBeCloseTo(5_121);
    expect(clock.sceneOf(clock.captureAt(clock.now()))).toBeCloseTo(clock.now());
  });

  test('waits at what is not there yet, says so, and goes on', () => {
    const { clock, pass } = made();
    clock.isPlaying = true;
    clock.limitSeconds = 5_002;
    pass(5);
    expect(clock.captureAt(clock.now())).toBeCloseTo(5_002);
    expect(clock.isWaiting).toBe(true);
    clock.limitSeconds = 6_000;
    pass(1);
    expect(clock.captureAt(clock.now())).toBeCloseTo(5_003);
    expect(clock.isWaiting).toBe(false);
  });

  test('a jump begins the scene anew, and without flows it does not go on', () => {
    const { clock, pass } = made();
    clock.isPlaying = true;
    pass(4);
    clock.jump(7_000);
    expect(clock.now()).toBe(SCENE_BEGIN_SECONDS);
    pass(2);
    expect(clock.captureAt(clock.now())).toBe(7_000);
  });

  test('a machine that slept, or a clock that was set back, makes no jump', () => {
    const { wall, clock } = made();
    clock.isPlaying = true;
    wall.seconds += 3_600;
    clock.advance();
    expect(clock.captureAt(clock.now())).toBeLessThanOrEqual(5_000.5);
    const before = clock.now();
    wall.seconds -= 1_000;
    clock.advance();
    expect(clock.now()).toBe(before);
  });

  test('what is skipped takes no time of the scene', () => {
    const { clock, pass } = made();
    clock.isPlaying = true;
    pass(1);
    const scene = clock.now();
    clock.skip(5_900);
    expect(clock.now()).toBe(scene);
    expect(clock.captureAt(scene)).toBe(5_900);
  });
});
