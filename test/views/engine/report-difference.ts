/** Compares what a browser reports of a capture with what the command line does, field by field. */
import { isDeepStrictEqual } from 'node:util';
import type { CaptureReport, InspectReport } from '../../../sensor/inspect/inspect-report.ts';

/** The lines of `inspect --json`. */
export function parseReports(lines: string): InspectReport[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** One sentence for each field that differs. */
export function differences({ file, ...ofProgram }: InspectReport, ofBrowser: CaptureReport): string[] {
  const [expected, found] = [withoutOwnWords(ofProgram), withoutOwnWords(ofBrowser)];
  const fields = [...new Set([...Object.keys(expected), ...Object.keys(found)])] as (keyof CaptureReport)[];
  return fields
    .filter((field) => !isDeepStrictEqual(expected[field], found[field]))
    .map((field) => `${file}: ${field} is ${JSON.stringify(found[field])}, not ${JSON.stringify(expected[field])}`);
}

/** Why a compressed file is damaged, zlib and a browser tell in words of their own, which we give in brackets. */
function withoutOwnWords(report: CaptureReport): CaptureReport {
  if (report.damage === undefined || report.compression === null) return report;
  return { ...report, damage: report.damage.replace(/ \(.*\)$/, '') };
}
