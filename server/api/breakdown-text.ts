/** Breakdowns as the API writes them. */
import { formatTcpFlags } from '../../shared/protocols.ts';
import { formatTcpOptions } from '../../shared/tcp-options.ts';
import type { BreakdownGroup, BreakdownRow, BreakdownSums } from '../store/stores.ts';
import { keyText } from './keys.ts';
import { timeText } from './time-text.ts';

/** What sheets about sources and about ports both have. */
const COMMON_GROUPS = [
  'class',
  'radiation',
  'country',
  'network',
  'tag',
  'sensor',
  'tcpFlags',
  'ttl',
  'ipLength',
  'synWindow',
  'synOptions',
  'sourcePort',
] as const;
export const SOURCE_GROUPS = ['port', 'protocol', ...COMMON_GROUPS] as const;
export const PORT_GROUPS = ['source', ...COMMON_GROUPS] as const;
/** Keys of each group. */
export const BREAKDOWN_ROWS = 50;

export function rowOf(group: BreakdownGroup, { key, ...sums }: BreakdownRow) {
  return { key: breakdownKey(group, key), ...sumsOf(sums) };
}

export function sumsOf({ firstSeconds, lastSeconds, ...sums }: BreakdownSums) {
  return { ...sums, first: timeText(firstSeconds), last: timeText(lastSeconds) };
}

function breakdownKey(group: BreakdownGroup, key: string | number): string {
  if (typeof key === 'string') return key;
  switch (group) {
    case 'synOptions':
      return formatTcpOptions(key);
    case 'tcpFlags':
      return formatTcpFlags(key);
    case 'ttl':
    case 'ipLength':
    case 'synWindow':
    case 'sourcePort':
    case 'source':
    case 'target':
      return String(key);
    default:
      return keyText(group, key);
  }
}
