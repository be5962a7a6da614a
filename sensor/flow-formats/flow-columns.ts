/**
 * What stands in a written flow: the fields of shared/flow-fields.ts in the order of their ids (so that new ones come
 * last), without those that the server adds. Times, tags and what has a name are written so that they read by themselves.
 */
import { COMMUNITY_ID_LENGTH, CommunityId } from '../../shared/community-id.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { type FlowFieldName, flowFieldNames, flowFields } from '../../shared/flow-fields.ts';
import { trafficClassNames } from '../../shared/protocols.ts';
import { radiationById } from '../../shared/radiation.ts';
import { Tag, tagNames } from '../../shared/tags.ts';
import { tcpOptionNames } from '../../shared/tcp-options.ts';
import { tunnelNames } from '../../shared/tunnels.ts';
import type { TextBuffer } from './text-buffer.ts';
import { putTime } from './time-text.ts';

export interface FlowColumn {
  readonly name: string;
  /** A list is written item by item: `count` of them, of which `write` writes the one asked for. */
  readonly kind: 'number' | 'text' | 'list';
  /** Void in this row: an empty cell, or null. Absent where no row is. */
  isVoid?(flows: FlowBatch, row: number): boolean;
  /** Items of a list in this row. */
  count?(flows: FlowBatch, row: number): number;
  write(out: TextBuffer, flows: FlowBatch, row: number, item: number): void;
}

/** No cell is longer, a tag list's items apart. */
export const MAX_CELL_BYTES = 64;

export interface FlowColumnOptions {
  /** Seed of Community ID, where its column is wanted. */
  readonly communityIdSeed?: number;
}

export function flowColumns(options: FlowColumnOptions = {}): FlowColumn[] {
  const columns = flowFieldNames
    .filter((name) => !('addedAtIngest' in flowFields[name]) && name !== 'tagsHigh')
    .sort((a, b) => flowFields[a].id - flowFields[b].id)
    .map(columnOf);
  if (options.communityIdSeed !== undefined) columns.push(communityIdColumn(options.communityIdSeed));
  return columns;
}

function columnOf(name: FlowFieldName): FlowColumn {
  const made =
    special[name] ?? (flowFields[name].type.startsWith('address') ? addressColumn(name) : numberColumn(name));
  return name.startsWith('inner') ? { ...made, isVoid: hasNoTunnel } : made;
}

/** Fields whose number does not speak for itself. */
const special: Partial<Record<string, FlowColumn>> = {
  firstMicros: timeColumn('first', 'firstMicros'),
  lastMicros: timeColumn('last', 'lastMicros'),
  tagsLow: tagColumn(),
  synOptions: optionColumn(),
  class: nameColumn('class', trafficClassNames),
  radiation: nameColumn('radiation', radiationById),
  tunnel: nameColumn('tunnel', tunnelNames),
};

function numberColumn(name: FlowFieldName): FlowColumn {
  // Looking a column up by a name that varies costs more than writing its number: the batch is nearly always the same.
  let batch: FlowBatch | null = null;
  let values: ArrayLike<number> = [];
  return {
    name,
    kind: 'number',
    write(out, flows, row) {
      if (flows !== batch) {
        batch = flows;
        values = flows[name];
      }
      out.putNumber(values[row]!);
    },
  };
}

/** One word a row is IPv4; among four, IPv4 stands as ::ffff:a.b.c.d where the column takes both families. */
function addressColumn(name: FlowFieldName): FlowColumn {
  const ofBothFamilies = flowFields[name].type !== 'address';
  return {
    name,
    kind: 'text',
    write(out, flows, row) {
      const words = flows[name] as Uint32Array;
      if (!ofBothFamilies && flows.family === 4) out.putIpv4(words[row]!);
      else if (ofBothFamilies && isMapped(words, row * 4)) out.putIpv4(words[row * 4 + 3]!);
      else out.putIpv6(words, row * 4);
    },
  };
}

function isMapped(words: Uint32Array, at: number): boolean {
  return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0xffff;
}

function timeColumn(name: string, micros: 'firstMicros' | 'lastMicros'): FlowColumn {
  return { name, kind: 'text', write: (out, flows, row) => putTime(out, flows.interval[row]!, flows[micros][row]!) };
}

/** The names of a field's numbers; a number without a name is written as it is, and 0 may have none. */
function nameColumn(name: string, names: readonly string[]): FlowColumn {
  return {
    name,
    kind: 'text',
    isVoid: (flows, row) => flows[name as FlowFieldName][row] === 0,
    write(out, flows, row) {
      const id = flows[name as FlowFieldName][row]!;
      const text = names[id];
      if (text) out.putAscii(text);
      else out.putNumber(id);
    },
  };
}

function tagColumn(): FlowColumn {
  const names: (string | undefined)[] = [];
  for (const name of tagNames) names[Tag[name]] = name;
  return {
    name: 'tags',
    kind: 'list',
    count: (flows, row) => countBits(flows.tagsLow[row]!) + countBits(flows.tagsHigh[row]!),
    write(out, flows, row, item) {
      const bit = bitAt(flows.tagsLow[row]!, flows.tagsHigh[row]!, item);
      out.putAscii(names[bit] ?? String(bit));
    },
  };
}

/** Kinds of TCP options in their order: four bits each, the first lowest. */
function optionColumn(): FlowColumn {
  return {
    name: 'synOptions',
    kind: 'list',
    count: (flows, row) => Math.ceil((32 - Math.clz32(flows.synOptions[row]!)) / 4),
    write: (out, flows, row, item) => out.putAscii(tcpOptionNames[(flows.synOptions[row]! >>> (item * 4)) & 15]!),
  };
}

function countBits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Number of the `item`-th bit that is set, from the lowest on. */
function bitAt(low: number, high: number, item: number): number {
  let left = item;
  for (let bit = 0; bit < 64; bit++) {
    if (((bit < 32 ? low : high) & (1 << (bit & 31))) === 0) continue;
    if (left-- === 0) return bit;
  }
  return 64;
}

/** `inner…` says something only where a packet lies inside another. */
function hasNoTunnel(flows: FlowBatch, row: number): boolean {
  return flows.tunnel[row] === 0;
}

function communityIdColumn(seed: number): FlowColumn {
  const communityId = new CommunityId(seed);
  return {
    name: 'communityId',
    kind: 'text',
    write(out, flows, row) {
      communityId.write(flows, row, out.bytes, out.length);
      out.length += COMMUNITY_ID_LENGTH;
    },
  };
}
