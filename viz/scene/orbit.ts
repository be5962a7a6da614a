/** Where the eye is: around the globe by itself, or where the viewer dragged it. */
export interface Pose {
  latitude: number;
  longitude: number;
  zoom: number;
}

const SWING_DEGREES = 20;
const SWING_SECONDS = 96;
const NOD_DEGREES = 5;
const NOD_SECONDS = 67;
const STEEPEST_DEGREES = 75;
const ZOOM = { least: 0.6, most: 3 };
/** A wall goes back to its slow turning when nobody has touched it for this long. */
const IDLE_SECONDS = 60;

/** Shortest way from `from` to `to`, in degrees. */
export function turnBetween(from: number, to: number): number {
  return ((((to - from) % 360) + 540) % 360) - 180;
}

/** The slow swing to both sides of the home position: the sensor never leaves the picture. */
export function swingAt(home: Pose, seconds: number): Pose {
  return {
    latitude: home.latitude + NOD_DEGREES * Math.sin((seconds / NOD_SECONDS) * 2 * Math.PI),
    longitude: home.longitude + SWING_DEGREES * Math.sin((seconds / SWING_SECONDS) * 2 * Math.PI),
    zoom: home.zoom,
  };
}

export class Orbit {
  readonly pose: Pose = { latitude: 18, longitude: 110, zoom: 1 };
  /** Turning by itself is wanted. */
  rotating: boolean;
  #home: Pose = { latitude: 18, longitude: 110, zoom: 1 };
  #touchedAt = Number.NEGATIVE_INFINITY;
  #held = false;
  #settled = false;

  constructor(rotating: boolean) {
    this.rotating = rotating;
  }

  /** Where to rest. Until the place is `certain` the eye goes there at once, afterwards it drifts. */
  setHome(latitude: number, longitude: number, certain: boolean): void {
    this.#home = { latitude: Math.max(-50, Math.min(50, latitude)), longitude, zoom: 1 };
    if (!this.#settled && !this.#held) Object.assign(this.pose, this.#home);
    this.#settled ||= certain;
  }

  /** The viewer takes over. `wallSeconds` is when, for the return. */
  turn(eastDegrees: number, northDegrees: number, wallSeconds: number): void {
    const { pose } = this;
    pose.longitude += eastDegrees;
    pose.latitude = Math.max(-STEEPEST_DEGREES, Math.min(STEEPEST_DEGREES, pose.latitude + northDegrees));
    this.#touch(wallSeconds);
  }

  zoomBy(factor: number, wallSeconds: number): void {
    this.pose.zoom = Math.max(ZOOM.least, Math.min(ZOOM.most, this.pose.zoom * factor));
    this.#touch(wallSeconds);
  }

  reset(): void {
    Object.assign(this.pose, this.#home);
    this.#held = false;
  }

  /** Moves on towards the swing, by `elapsed` seconds; at once when `exact`. */
  animate(sceneSeconds: number, elapsed: number, wallSeconds: number, exact: boolean): Pose {
    if (this.#held && wallSeconds - this.#touchedAt > IDLE_SECONDS) this.#held = false;
    if (this.#held || !this.rotating) return this.pose;
    const goal = swingAt(this.#home, sceneSeconds);
    const share = exact ? 1 : 1 - Math.exp(-Math.min(1, elapsed) * 0.8);
    this.pose.longitude += turnBetween(this.pose.longitude, goal.longitude) * share;
    this.pose.latitude += (goal.latitude - this.pose.latitude) * share;
    this.pose.zoom += (goal.zoom - this.pose.zoom) * share;
    return this.pose;
  }

  #touch(wallSeconds: number): void {
    this.#held = true;
    this.#touchedAt = wallSeconds;
  }
}
