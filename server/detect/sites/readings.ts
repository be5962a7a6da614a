/**
 * What a payload says when it is read as its receiver would: percent signs, escapes, base64 and Log4j's look-ups undone. Each
 * reading may be undone further; how many there can be is bounded, whatever the payload.
 */
import { base64Texts } from './base64.ts';
import { resolveLookups } from './lookups.ts';

export type ReadingStep = 'percent' | 'plus' | 'escapes' | 'shell' | 'lookups' | 'base64';

export interface Reading {
  readonly text: string;
  /** What was undone, in order; empty for the payload as it came. */
  readonly steps: readonly ReadingStep[];
}

const MOST_READINGS = 24;
const MOST_STEPS = 4;
/** All readings together. */
const MOST_CHARACTERS = 65_536;
const CHUNK = 8_192;

/** Each gives what a text becomes: the same, or nothing, where there is nothing to undo. */
const undo: Readonly<Record<ReadingStep, (text: string) => readonly string[]>> = {
  percent: (text) => [
    text.replace(/%(?:u00)?([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  ],
  // From the last such sign on: a search from each would take its square.
  plus: (text) => (/[?&=][^\s+?&=]*\+/.test(text) ? [text.replaceAll('+', ' ')] : []),
  escapes: (text) => [
    text.replace(/\\(?:x|u00)([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  ],
  // What a shell takes for a space, and quotes that only hide a word: w''get.
  shell: (text) => [
    text.replace(/\$\{IFS[^}]{0,20}\}|\$IFS(?:\$\d)?/g, ' ').replace(/([A-Za-z])(?:''|""|\\(?=[A-Za-z]))/g, '$1'),
  ],
  lookups: (text) => [resolveLookups(text)],
  base64: base64Texts,
};
const steps = Object.keys(undo) as ReadingStep[];

/** The payload as Latin-1, and all that it becomes. */
export function readingsOf(payload: Uint8Array): Reading[] {
  const readings: Reading[] = [{ text: latin1(payload), steps: [] }];
  const seen = new Set(readings.map(({ text }) => text));
  let characters = payload.length;
  for (let at = 0; at < readings.length; at++) {
    const { text, steps: before } = readings[at]!;
    if (before.length === MOST_STEPS) continue;
    for (const step of steps) {
      for (const made of undo[step](text)) {
        if (seen.has(made) || characters + made.length > MOST_CHARACTERS || readings.length >= MOST_READINGS) continue;
        seen.add(made);
        characters += made.length;
        readings.push({ text: made, steps: [...before, step] });
      }
    }
  }
  return readings;
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += CHUNK)
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  return text;
}
