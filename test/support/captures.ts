/** The real captures that `KURAYAMI_CAPTURES` names, with their truth. They are not part of the project. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Truth {
  file: string;
  packets: { wireshark?: number; capinfos?: number; agree: boolean };
  tshark: {
    malformed?: number;
    short?: number;
    first_ts?: string | null;
    l3?: Record<string, number>;
  };
}

const folder = process.env.KURAYAMI_CAPTURES;
/** Set and empty (or not there) is a mistake that must not pass as "nothing to test". */
if (folder !== undefined && !existsSync(join(folder, 'truth.jsonl'))) {
  throw new Error(`KURAYAMI_CAPTURES names ${JSON.stringify(folder)}, where there is no truth.jsonl`);
}

export const capturesFolder = folder ?? null;

/** The four readers agree on the packet count, and nothing in the file is malformed or cut short. */
export function isStrict({ packets, tshark }: Truth): boolean {
  return packets.agree && !tshark.malformed && !tshark.short && !String(tshark.first_ts ?? '').startsWith('-');
}

export function readTruths(): Truth[] {
  if (capturesFolder === null) return [];
  const lines = readFileSync(join(capturesFolder, 'truth.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Truth);
}

export function capturePath(file: string): string {
  return join(capturesFolder ?? '', file);
}
