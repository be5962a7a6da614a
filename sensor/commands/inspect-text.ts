/** What `inspect` prints for people: a table, or a sentence for what is no capture. */
import type { Counts } from '../../shared/counters.ts';
import type { InspectReport } from '../inspect/inspect-report.ts';

type Line = readonly [name: string, value: string];

/** What is wrong with a file of which nothing could be read. */
export function sentenceOfDamage(path: string, damage = 'it cannot be read'): string {
  return damage.includes(path) ? damage : `${path}: ${damage}`;
}

export function describeReport(report: InspectReport): string {
  const lines: readonly Line[] = [
    ['format', `${report.format ?? 'not a capture'}${report.compression ? ` (${report.compression})` : ''}`],
    ['packets', `${grouped(report.packets)}, ${grouped(report.bytes)} bytes on the wire`],
    ...filteredLine(report),
    ['time', report.first === null ? 'none' : `${timeOf(report.first)} to ${timeOf(report.last!)}`],
    ['outermost', countsText(report.outermost)],
    ['transport', countsText(report.transport)],
    ['addresses', `${grouped(report.uniqueSources)} sources · ${grouped(report.uniqueTargets)} targets`],
    ['top ports', portsText(report.topPorts)],
    ['below IP', countsText(report.encapsulations)],
    ['tunnels', countsText(report.tunnels)],
    ['rules', countsText(report.matches)],
    ['faults', countsText({ ...report.faults, ...report.undecodable })],
    ...checksumLines(report),
    ...(report.damage === undefined ? [] : [['damage', report.damage] as const]),
  ];
  return `${report.file}\n${lines.map(([name, value]) => `  ${name.padEnd(10)} ${value}\n`).join('')}`;
}

function filteredLine({ filteredOut }: InspectReport): Line[] {
  return filteredOut === undefined ? [] : [['filtered', `${grouped(filteredOut)} packets do not pass`]];
}

function checksumLines({ checksums }: InspectReport): Line[] {
  if (checksums === undefined) return [];
  return [
    ['IPv4 sums', countsText({ ...checksums.network })],
    ['checksums', countsText({ ...checksums.transport })],
  ];
}

function portsText(ports: InspectReport['topPorts']): string {
  return ports.map(([protocol, port, packets]) => `${port}/${protocol} ${grouped(packets)}`).join(' · ') || 'none';
}

/** Most first. */
function countsText(counts: Counts): string {
  const found = Object.entries(counts).filter(([, count]) => count > 0);
  found.sort((a, b) => b[1] - a[1]);
  return found.map(([name, count]) => `${name} ${grouped(count)}`).join(' · ') || 'none';
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}

function timeOf(seconds: string): string {
  const [whole, fraction] = seconds.split('.');
  const date = new Date(Number(whole) * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : `${date.toISOString().slice(0, 19)}.${fraction}Z`;
}
