import { describe, expect, test } from 'vitest';
import { LaunchPlan, LIVE_DELAY_SECONDS, REPLAY_DELAY_SECONDS } from '../../../viz/feed/launch-plan.ts';

const CAPTURE = 1_780_000_000;

describe('live', () => {
  test('the newest packet flies a fixed delay after it came, older ones before it', () => {
    const plan = new LaunchPlan();
    plan.arrive(CAPTURE, 100);
    expect(plan.launchOf(CAPTURE, 0, 100)).toBeCloseTo(100 + LIVE_DELAY_SECONDS, 6);
    expect(plan.launchOf(CAPTURE - 0.2, 0, 100)).toBeCloseTo(100 + LIVE_DELAY_SECONDS - 0.2, 6);
  });

  test('bursts do not move the map by more than a slide', () => {
    const plan = new LaunchPlan();
    plan.arrive(CAPTURE, 100);
    plan.arrive(CAPTURE + 0.1, 100.2); // a tenth of a second late
    expect(plan.launchOf(CAPTURE + 0.1, 0, 100.2)).toBeCloseTo(100.1 + LIVE_DELAY_SECONDS + 0.01, 6);
  });

  test('after silence the map starts anew: nothing waits for longer than the delay', () => {
    const plan = new LaunchPlan();
    plan.arrive(CAPTURE, 100);
    plan.arrive(CAPTURE + 3600, 101);
    expect(plan.launchOf(CAPTURE + 3600, 0, 101)).toBeCloseTo(101 + LIVE_DELAY_SECONDS, 6);
  });

  test('a little late starts now and spread out, much too late not at all', () => {
    const plan = new LaunchPlan();
    plan.arrive(CAPTURE, 100);
    const launches = [0, 0.5, 0.99].map((chance) => plan.launchOf(CAPTURE - 2, chance, 100)!);
    expect(launches[0]).toBe(100);
    expect(launches[2]).toBeGreaterThan(launches[1]!);
    expect(plan.launchOf(CAPTURE - 60, 0, 100)).toBeNull();
  });

  test('the time shown runs evenly and never past what has come', () => {
    const plan = new LaunchPlan();
    expect(plan.captureAt(0)).toBeNull();
    plan.arrive(CAPTURE, 100);
    expect(plan.captureAt(100)).toBeCloseTo(CAPTURE - LIVE_DELAY_SECONDS, 5);
    expect(plan.captureAt(100.2)! - plan.captureAt(100.1)!).toBeCloseTo(0.1, 5);
    expect(plan.captureAt(500)).toBe(CAPTURE);
  });
});

describe('replays', () => {
  test('ten times as fast: ten seconds of capture fly within one', () => {
    const plan = new LaunchPlan();
    plan.setClock({ mode: 'paced', speed: 10 });
    plan.arrive(CAPTURE, 100);
    expect(plan.launchOf(CAPTURE - 10, 0, 100)).toBeCloseTo(100 + REPLAY_DELAY_SECONDS - 1, 5);
  });

  test('both sides of a skipped gap are drawn', () => {
    const plan = new LaunchPlan();
    plan.setClock({ mode: 'paced', speed: 1 });
    plan.arrive(CAPTURE + 900, 100);
    expect(plan.launchOf(CAPTURE, 0, 100)).toBe(100);
  });

  test('as fast as it goes: launched as it comes, spread until the next frame', () => {
    const plan = new LaunchPlan();
    plan.setClock({ mode: 'max', speed: 0 });
    plan.arrive(CAPTURE, 100);
    plan.arrive(CAPTURE + 5000, 100.25);
    const last = plan.launchOf(CAPTURE + 9, 0.999, 100.25)!;
    expect(last).toBeGreaterThan(100.4);
    expect(last).toBeLessThanOrEqual(100.5);
    expect(plan.captureAt(100.3)).toBe(CAPTURE + 5000);
  });

  test('seconds are read at once: the first packet of one waits for less than the second, the last does not come too late', () => {
    const plan = new LaunchPlan();
    plan.setClock({ mode: 'paced', speed: 1 });
    plan.arrive(CAPTURE, 100);
    const launches = [1, 0.5, 0].map((before) => plan.launchOf(CAPTURE - before, 0, 100)!);
    expect(launches[0]).toBeGreaterThan(100);
    expect(launches[1]! - launches[0]!).toBeCloseTo(0.5, 5);
    expect(launches[2]! - launches[1]!).toBeCloseTo(0.5, 5);
  });

  test('a new replay from the start does not wait for the old one', () => {
    const plan = new LaunchPlan();
    plan.arrive(CAPTURE, 100);
    plan.arrive(CAPTURE - 86_400, 101);
    expect(plan.launchOf(CAPTURE - 86_400, 0, 101)).toBeCloseTo(101 + LIVE_DELAY_SECONDS, 5);
  });
});
