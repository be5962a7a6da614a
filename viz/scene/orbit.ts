/** Where the eye is: around the middle by itself, or where the viewer dragged it. */
export interface Pose {
  latitude: number;
  longitude: number;
  zoom: number;
}

export interface OrbitOptions {
  readonly home: Pose;
  readonly swingDegrees: number;
  readonly nodDegrees: number;
  /** The viewer may turn so far up and down, and to both sides of home. */
  readonly steepestDegrees: number;
  readonly widestDegrees: number;
}

const SWING_SECONDS = 96;
const NOD_SECONDS = 67;
const ZOOM = { least: 0.6, most: 6 };
/** A wall goes back to its slow turning when nobody has touched it for this long. */
const IDLE_SECONDS = 60;

/** Shortest way from `from` to `to`, in degrees. */
export function turnBetween(from: number, to: number): number {
  return ((((to - from) % 360) + 540) % 360) - 180;
}

/** The pose at `share` of the way between two. */
export function poseBetween(from: Pose, to: Pose, share: number): Pose {
  return {
    latitude: from.latitude + (to.latitude - from.latitude) * share,
    longitude: from.longitude + turnBetween(from.longitude, to.longitude) * share,
    zoom: from.zoom + (to.zoom - from.zoom) * share,
  };
}

export class Orbit {
  readonly pose: Pose;
  readonly #options: OrbitOptions;
  #home: Pose;
  #touchedAt = Number.NEGATIVE_INFINITY;
  #held = false;
  #settled = false;

  constructor(options: OrbitOptions) {
    this.#options = options;
    this.#home = { ...options.home };
    this.pose = { ...options.home };
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
    const { steepestDegrees, widestDegrees } = this.#options;
    const { longitude } = this.#home;
    const side = turnBetween(longitude, pose.longitude + eastDegrees);
    if (widestDegrees >= 180) pose.longitude += eastDegrees;
    else pose.longitude = longitude + Math.max(-widestDegrees, Math.min(widestDegrees, side));
    pose.latitude = Math.max(-steepestDegrees, Math.min(steepestDegrees, pose.latitude + northDegrees));
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

  /** Where the viewer holds the eye; null while it goes by itself. */
  get held(): Pose | null {
    return this.#held ? this.pose : null;
  }

  /** It goes by itself again. */
  letGo(): void {
    this.#held = false;
  }

  /** Holds the eye there, as near as the view allows, until the viewer does something else. */
  hold({ latitude, longitude, zoom }: Pose): void {
    this.reset();
    const { pose } = this;
    this.turn(turnBetween(pose.longitude, longitude), latitude - pose.latitude, Number.POSITIVE_INFINITY);
    this.zoomBy(zoom / pose.zoom, Number.POSITIVE_INFINITY);
  }

  /** The slow swing to both sides of home: what matters never leaves the picture. */
  swingAt(seconds: number): Pose {
    const { swingDegrees, nodDegrees } = this.#options;
    return {
      latitude: this.#home.latitude + nodDegrees * Math.sin((seconds / NOD_SECONDS) * 2 * Math.PI),
      longitude: this.#home.longitude + swingDegrees * Math.sin((seconds / SWING_SECONDS) * 2 * Math.PI),
      zoom: this.#home.zoom,
    };
  }

  /** Moves on towards the swing, by `elapsed` seconds; at once when that is infinite. */
  animate(sceneSeconds: number, elapsed: number, wallSeconds: number, rotating: boolean): Pose {
    if (this.#held && rotating && wallSeconds - this.#touchedAt > IDLE_SECONDS) this.#held = false;
    if (this.#held || !rotating) return this.pose;
    const share = elapsed === Number.POSITIVE_INFINITY ? 1 : 1 - Math.exp(-Math.min(1, elapsed) * 0.8);
    Object.assign(this.pose, poseBetween(this.pose, this.swingAt(sceneSeconds), share));
    return this.pose;
  }

  #touch(wallSeconds: number): void {
    this.#held = true;
    this.#touchedAt = wallSeconds;
  }
}
