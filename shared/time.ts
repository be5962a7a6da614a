/** Latest capture time that is kept, in seconds since 1970 UTC (the year 2255): beyond it microseconds are no longer exact in a double. */
export const MAX_CAPTURE_SECONDS = 9_000_000_000;
