/** Times as the page writes them: UTC or the viewer's own, always with the zone's name beside them. */
import type { Language } from './text.ts';

export type TimeZone = 'utc' | 'local';

export interface ShownTime {
  readonly date: string;
  readonly time: string;
  /** Such as `UTC`, `JST`, `GMT+9`; empty where there is no time. */
  readonly zone: string;
}

const NO_TIME: ShownTime = { date: '', time: '--:--:--', zone: '' };

export function readTimeZone(text: string | null): TimeZone {
  return text === 'local' ? 'local' : 'utc';
}

/** Making one costs a millisecond. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: TimeZone, language: Language): Intl.DateTimeFormat {
  const key = `${zone} ${language}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language, {
      timeZone: zone === 'utc' ? 'UTC' : undefined,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
    });
    formats.set(key, format);
  }
  return format;
}

/** Date, time of day and zone; a dash for what is no time. Dates are 2026-01-31, in Japanese 2026年1月31日. */
export function formatTime(seconds: number | null, zone: TimeZone, language: Language): ShownTime {
  const date = seconds === null ? null : new Date(seconds * 1000);
  if (date === null || Number.isNaN(date.getTime())) return NO_TIME;
  const parts: Record<string, string> = {};
  for (const { type, value } of formatOf(zone, language).formatToParts(date)) parts[type] = value;
  const { year = '', month = '', day = '', hour, minute, second, timeZoneName = '' } = parts;
  const numbers = [year, month, day].map((part) => Number.parseInt(part, 10));
  return {
    date: language === 'ja' ? `${numbers[0]}年${numbers[1]}月${numbers[2]}日` : `${year}-${two(month)}-${two(day)}`,
    time: [hour, minute, second].map((part) => two(part ?? '')).join(':'),
    zone: timeZoneName,
  };
}

const two = (part: string) => String(Number.parseInt(part, 10)).padStart(2, '0');
