/** RFC 3339, to the millisecond. */
export function timeText(seconds: number): string {
  return new Date(Math.round(seconds * 1000)).toISOString();
}
