/** How much the picture may cost, and when to change that. */
export type Tier = 'low' | 'medium' | 'high';

export interface Quality {
  readonly tier: Tier;
  readonly antialias: boolean;
  readonly maxPixelRatio: number;
  /** Pictures a second at most; 0 is as many as the screen shows. */
  readonly maxFramesPerSecond: number;
  readonly ribbonSegments: number;
  /** Pixels added to the width of every ribbon, at a window of 1080 lines. */
  readonly ribbonPixels: number;
  readonly stars: number;
  readonly anisotropy: number;
  readonly mapWidth: number;
  /** A multiple of STREAKS_IN_A_ROW. */
  readonly streakCapacity: number;
}

export const qualities: Readonly<Record<Tier, Quality>> = {
  low: {
    tier: 'low',
    antialias: false,
    maxPixelRatio: 1,
    maxFramesPerSecond: 30,
    ribbonSegments: 5,
    ribbonPixels: 1.9,
    stars: 900,
    anisotropy: 1,
    mapWidth: 2048,
    streakCapacity: 4096,
  },
  medium: {
    tier: 'medium',
    antialias: true,
    maxPixelRatio: 1,
    maxFramesPerSecond: 60,
    ribbonSegments: 14,
    ribbonPixels: 2.1,
    stars: 1200,
    anisotropy: 4,
    mapWidth: 4096,
    streakCapacity: 16_384,
  },
  high: {
    tier: 'high',
    antialias: true,
    maxPixelRatio: 2,
    maxFramesPerSecond: 0,
    ribbonSegments: 20,
    ribbonPixels: 2.1,
    stars: 2000,
    anisotropy: 8,
    mapWidth: 4096,
    streakCapacity: 131_072,
  },
};

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Where to begin: what the address asks for, else by the name of the graphics driver. */
export function startingTier(asked: string | null, driver: string): Tier {
  if (asked === 'high' || asked === 'medium' || asked === 'low') return asked;
  return SOFTWARE.test(driver) ? 'low' : 'high';
}

const WINDOW_FRAMES = 60;
const SLOW_SECONDS = 1 / 24;
const FAST_SECONDS = 1 / 50;
const SLOW_WINDOWS = 2;
const FAST_WINDOWS = 20;

/** Watches the time between pictures and says when another tier would do better; slow to rise, so that it does not swing. */
export class QualityGovernor {
  #frames: number[] = [];
  #slow = 0;
  #fast = 0;
  #falls = 0;
  tier: Tier;
  readonly ceiling: Tier;

  constructor(tier: Tier, ceiling: Tier = tier) {
    this.tier = tier;
    this.ceiling = ceiling;
  }

  /** One more picture took this long; returns the new tier when it changes. */
  frame(seconds: number): Tier | null {
    // A rested tab or a debugger's stop says nothing about the graphics card.
    if (seconds > 1) return null;
    this.#frames.push(seconds);
    if (this.#frames.length < WINDOW_FRAMES) return null;
    const median = this.#frames.sort((a, b) => a - b)[WINDOW_FRAMES >> 1]!;
    this.#frames = [];
    this.#slow = median > SLOW_SECONDS ? this.#slow + 1 : 0;
    this.#fast = median < FAST_SECONDS ? this.#fast + 1 : 0;
    if (this.#slow >= SLOW_WINDOWS && this.tier !== 'low') return this.#change(this.tier === 'high' ? 'medium' : 'low');
    // Each fall doubles the patience before the next rise.
    const mayRise = this.#fast >= FAST_WINDOWS * 2 ** this.#falls;
    if (mayRise && this.tier === 'medium' && this.ceiling === 'high') return this.#change('high');
    return null;
  }

  #change(tier: Tier): Tier {
    if (tier !== 'high') this.#falls += 1;
    this.#slow = this.#fast = 0;
    this.tier = tier;
    return tier;
  }
}
