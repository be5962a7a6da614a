import { describe, expect, test } from 'vitest';
import { loopOf } from '../../../../viz/replay/loop.ts';
import { type PlayedSession, Player, type PlayerOptions } from '../../../../viz/replay/player.ts';
import { MadeScene, MadeStretches, refused } from './made-stretches.ts';

const BEGIN = 1_700_000_000;
const session: PlayedSession = {
  ...{ id: 3, kind: 'file', name: 'made.pcap', isGrowing: false },
  ...{ firstSeconds: BEGIN, lastSeconds: BEGIN + 100 },
};
/** A flow every half second. */
const steady = Array.from({ length: 201 }, (_, at) => BEGIN + at / 2);

class Bench {
  wallSeconds = 0;
  readonly scene = new MadeScene();
  readonly source: MadeStretches;
  readonly player: Player;

  constructor(times: readonly number[], options: Partial<PlayerOptions> = {}) {
    this.source = new MadeStretches(times);
    this.player = new Player({
      ...{ session, source: this.source, scene: this.scene, wall: () => this.wallSeconds },
      ...{ filter: '', speed: 1, atSeconds: BEGIN, isPlaying: true, loop: null },
      ...options,
    });
  }

  /** So many seconds of the wall's clock, in pictures. */
  async run(seconds: number, pictures = Math.ceil(seconds * 10)): Promise<void> {
    for (let picture = 0; picture < pictures; picture++) {
      this.wallSeconds += seconds / pictures;
      this.player.advance();
      await this.settle();
    }
  }

  /** What is asked for has come. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      this.player.tick();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Everything that was received was launched or dropped. */
  get accounted(): number {
    return this.scene.launched.length + this.scene.dropped;
  }
}

describe('a player', () => {
  test('holds the picture for a moment that will soon be there, and not for one that does not come', async () => {
    const bench = new Bench(steady);
    expect(bench.player.isAboutToJump).toBe(true);
    await bench.settle();
    expect(bench.player.isAboutToJump).toBe(false);
    bench.player.seek(BEGIN + 70);
    bench.wallSeconds += 0.5;
    // The first of many counts.
    bench.player.seek(BEGIN + 90);
    expect(bench.player.isAboutToJump).toBe(true);
    bench.wallSeconds += 0.4;
    expect(bench.player.isWaiting).toBe(true);
    expect(bench.player.isAboutToJump).toBe(false);
    await bench.settle();
    expect(bench.player.isWaiting).toBe(false);
  });

  test('launches every flow once, in order, and ends behind the last one', async () => {
    const bench = new Bench(steady);
    await bench.settle();
    await bench.run(60);
    expect(bench.player.atSeconds).toBeCloseTo(BEGIN + 60, 3);
    await bench.run(60);
    expect(bench.scene.launched).toEqual(steady);
    expect(bench.player.isFinished).toBe(true);
    expect(bench.player.isPlaying).toBe(false);
    expect(bench.scene.received).toBe(steady.length);
  });

  test('shows nothing of a jump before all that flies then is there, and the scene stays as it was', async () => {
    const bench = new Bench(steady);
    await bench.settle();
    await bench.run(5);
    const { restarts } = bench.scene;
    const before = bench.scene.launched.length;
    bench.source.problem = refused('API_SPAN_EXPIRED');
    bench.player.seek(BEGIN + 80);
    await bench.run(2);
    expect(bench.player.problem?.code).toBe('API_SPAN_EXPIRED');
    expect(bench.player.isWaiting).toBe(true);
    expect(bench.scene.restarts).toBe(restarts);
    expect(bench.scene.launched.length).toBe(before);
    // Elsewhere there is something again.
    bench.source.problem = null;
    bench.player.seek(BEGIN + 40);
    await bench.settle();
    expect(bench.scene.restarts).toBe(restarts + 1);
    expect(bench.player.problem).toBeNull();
  });

  test('a jump begins with what flew before the moment, and everything is accounted for', async () => {
    const bench = new Bench(steady);
    await bench.settle();
    await bench.run(3);
    bench.scene.launched = [];
    bench.player.seek(BEGIN + 50);
    await bench.settle();
    const [first] = bench.scene.launched;
    expect(first).toBeLessThanOrEqual(BEGIN + 47);
    expect(bench.scene.launched).toContain(BEGIN + 50);
    expect(bench.scene.launched.at(-1)).toBeLessThan(BEGIN + 52);
  });

  test('what is shown has all figures; of what only flies still, they are not asked for', async () => {
    const bench = new Bench(steady, { atSeconds: BEGIN + 51 });
    await bench.settle();
    const asked = () => bench.source.asked.map(({ fromSeconds, isBrief }) => [fromSeconds - BEGIN, isBrief]);
    expect(asked()).toEqual([
      [50, false],
      [40, true],
      [60, false],
    ]);
    // Back to where only flows are known of: it is asked for once more.
    bench.source.asked.length = 0;
    bench.player.seek(BEGIN + 45);
    expect(bench.player.isWaiting).toBe(true);
    await bench.settle();
    expect(asked()).toEqual([[40, false]]);
    expect(bench.player.shown!.head).toMatchObject({ fromSeconds: BEGIN + 40, figures: { sources: 20, topPorts: [] } });
    // And on, to where all is known.
    bench.source.asked.length = 0;
    await bench.run(20);
    expect(asked().filter(([from]) => Number(from) < 60)).toEqual([]);
    expect(bench.player.shown!.head.figures.sources).toBe(20);
  });

  test('all figures of what only flies now are given up, and no problem with them is told', async () => {
    const bench = new Bench(steady, { atSeconds: BEGIN + 51, isPlaying: false });
    await bench.settle();
    bench.player.seek(BEGIN + 45);
    expect(bench.source.asked.at(-1)).toMatchObject({ fromSeconds: BEGIN + 40, isBrief: false });
    bench.player.seek(BEGIN + 51);
    expect(bench.source.signals.at(-1)!.aborted).toBe(true);
    // And so it is where it has failed before.
    bench.source.problem = refused('API_BUSY');
    bench.player.seek(BEGIN + 45);
    await bench.settle();
    expect(bench.player.problem?.code).toBe('API_BUSY');
    bench.player.seek(BEGIN + 51);
    await bench.settle();
    expect([bench.player.isWaiting, bench.player.problem]).toEqual([false, null]);
  });

  test('a brief answer that is on its way is not waited for where all of it is wanted', async () => {
    const bench = new Bench(steady, { atSeconds: BEGIN + 51 });
    bench.player.tick();
    bench.player.seek(BEGIN + 47);
    expect(bench.source.asked.map(({ fromSeconds, isBrief }) => [fromSeconds - BEGIN, isBrief])).toEqual([
      [50, false],
      [40, true],
      [40, false],
    ]);
    await bench.settle();
    expect(bench.player.isWaiting).toBe(false);
    expect(bench.player.shown!.head).toMatchObject({ fromSeconds: BEGIN + 40, figures: { sources: 20 } });
    expect(bench.player.problem).toBeNull();
  });

  test('the same moment at the same speed launches the same flows, wherever one comes from', async () => {
    const direct = new Bench(steady, { atSeconds: BEGIN + 63.25, isPlaying: false, speed: 5 });
    await direct.settle();
    const detour = new Bench(steady, { speed: 5 });
    await detour.settle();
    await detour.run(3);
    detour.player.play(false);
    detour.scene.launched = [];
    detour.player.seek(BEGIN + 63.25);
    await detour.settle();
    expect(detour.scene.launched).toEqual(direct.scene.launched);
    expect(detour.player.clock.now()).toBe(direct.player.clock.now());
  });

  test('ten times as fast is ten times as far', async () => {
    const bench = new Bench(steady, { speed: 10 });
    await bench.settle();
    await bench.run(4);
    expect(bench.player.atSeconds).toBeCloseTo(BEGIN + 40, 3);
  });

  test('a silence is jumped over and told, and nothing of either side is lost', async () => {
    const times = [BEGIN, BEGIN + 1, BEGIN + 2, BEGIN + 90, BEGIN + 91];
    const bench = new Bench(times);
    await bench.settle();
    await bench.run(16);
    expect(bench.scene.launched).toEqual(times);
    expect(bench.player.skipped).toEqual({ fromSeconds: BEGIN + 10, toSeconds: BEGIN + 90 });
    expect(bench.player.skippedGaps).toBe(1);
    expect(bench.player.atSeconds).toBeGreaterThan(BEGIN + 90);
  });

  test('waits for what is slow to come, and goes on from there', async () => {
    const bench = new Bench(steady);
    await bench.settle();
    bench.source.problem = refused('API_BUSY');
    await bench.run(30);
    // The next stretch was asked for already.
    expect(bench.player.atSeconds).toBeLessThanOrEqual(BEGIN + 20);
    expect(bench.player.isWaiting).toBe(true);
    expect(bench.player.isPlaying).toBe(true);
  });

  test('goes round in a loop', async () => {
    const loop = { fromSeconds: BEGIN + 20, toSeconds: BEGIN + 25 };
    const bench = new Bench(steady, { loop, atSeconds: BEGIN + 20 });
    await bench.settle();
    await bench.run(12);
    expect(bench.player.atSeconds).toBeLessThan(BEGIN + 25.5);
    expect(bench.scene.restarts).toBeGreaterThanOrEqual(3);
    bench.player.seek(BEGIN + 24);
    await bench.settle();
    const { stretch } = { stretch: bench.player.shown };
    const waiting = stretch!.batches[0]!.length;
    expect(bench.scene.received - bench.accounted).toBeLessThanOrEqual(waiting);
  });

  test('goes round in all of it where no span of it is chosen', async () => {
    for (const span of [
      { kind: 'last', seconds: 3_600 },
      { kind: 'fixed', fromSeconds: BEGIN - 500, toSeconds: BEGIN - 400 },
    ] as const) {
      const bench = new Bench(steady, { loop: loopOf(span, session), speed: 30 });
      await bench.settle();
      await bench.run(8);
      expect(bench.player.isPlaying).toBe(true);
      expect(bench.scene.restarts).toBe(2);
    }
    const fixed = { kind: 'fixed', fromSeconds: BEGIN + 5, toSeconds: BEGIN + 9 } as const;
    expect(loopOf(fixed, session)).toBe(fixed);
    expect(new Bench(steady, { loop: loopOf({ kind: 'last', seconds: 60 }, session), speed: 'max' }).player.rate).toBe(
      5,
    );
  });

  test('of what is being recorded, only whole stretches are asked for', async () => {
    const growing = { ...session, isGrowing: true, lastSeconds: BEGIN + 37 };
    const bench = new Bench(steady, { session: growing, atSeconds: BEGIN + 36 });
    await bench.settle();
    expect(Math.max(...bench.source.asked.map(({ toSeconds }) => toSeconds))).toBeLessThanOrEqual(BEGIN + 33);
    expect(bench.player.atSeconds).toBeLessThan(BEGIN + 30);
    await bench.run(3);
    expect(bench.player.isWaiting).toBe(true);
    bench.player.setSession({ ...growing, lastSeconds: BEGIN + 60 });
    await bench.run(5);
    expect(bench.player.isWaiting).toBe(false);
    expect(bench.player.atSeconds).toBeGreaterThan(BEGIN + 30);
  });
});
