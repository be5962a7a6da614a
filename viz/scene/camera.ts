/** Where the eye stands, as a word in the address of the page: `latitude,longitude,zoom`. */
import type { Pose } from './orbit.ts';

const NUMBER = /^-?\d{1,3}(?:\.\d{1,3})?$/;
const MOST_LATITUDE = 90;
const MOST_LONGITUDE = 360;

/** Null for what is none; how far a view can be turned and zoomed, the view knows itself. */
export function readCamera(text: string | null): Pose | null {
  const parts = (text ?? '').slice(0, 40).split(',');
  if (parts.length !== 3 || !parts.every((part) => NUMBER.test(part))) return null;
  const [latitude = 0, longitude = 0, zoom = 0] = parts.map(Number);
  const isThere = Math.abs(latitude) <= MOST_LATITUDE && Math.abs(longitude) <= MOST_LONGITUDE && zoom > 0;
  return isThere ? { latitude, longitude, zoom } : null;
}

/** What `readCamera` reads: as exact as an eye can tell. */
export function formatCamera({ latitude, longitude, zoom }: Pose): string {
  // A view may have been turned round several times.
  const once = ((((longitude + 180) % 360) + 360) % 360) - 180;
  return [latitude.toFixed(1), once.toFixed(1), zoom.toFixed(2)].map((part) => String(Number(part))).join(',');
}
