/** What stands before an id and says what it is: `tcp dst port`. Ids behind it inherit it: `tcp dst port 80 or 443`. */
import { FilterError } from './filter-error.ts';
import type { Direction, ProtocolWord } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

export type IdType = 'host' | 'net' | 'port' | 'portrange' | 'proto' | 'protochain';

export interface Qualifiers {
  readonly protocol: ProtocolWord | null;
  readonly direction: Direction | null;
  readonly type: IdType;
}

const TYPES: readonly IdType[] = ['host', 'net', 'port', 'portrange', 'proto', 'protochain'];
const WLAN_DIRECTIONS: Readonly<Record<string, Direction>> = {
  ra: 'ra',
  ta: 'ta',
  addr1: 'addr1',
  address1: 'addr1',
  addr2: 'addr2',
  address2: 'addr2',
  addr3: 'addr3',
  address3: 'addr3',
  addr4: 'addr4',
  address4: 'addr4',
};

/** Reads direction and type behind the protocol; null where there is neither. */
export function parseQualifiers(stream: TokenStream, protocol: ProtocolWord | null): Qualifiers | null {
  const directionToken = stream.current;
  const direction = parseDirection(stream);
  const type = TYPES.find((word) => stream.takeIf(word));
  if (direction === null && type === undefined) return null;
  if (direction !== null && (type === 'proto' || type === 'protochain')) {
    const sentence = `"${type}" has no direction: leave "${directionToken.text}" out`;
    throw new FilterError('FILTER_SYNTAX', sentence, directionToken.span);
  }
  if (direction !== null && Object.hasOwn(WLAN_DIRECTIONS, directionToken.text) && protocol !== 'link') {
    const sentence = `"${directionToken.text}" is an address of an 802.11 frame: write "wlan ${directionToken.text} MAC"`;
    throw new FilterError('FILTER_SYNTAX', sentence, directionToken.span);
  }
  return { protocol, direction, type: type ?? 'host' };
}

function parseDirection(stream: TokenStream): Direction | null {
  const { kind, text } = stream.current;
  if (kind !== 'word') return null;
  if (Object.hasOwn(WLAN_DIRECTIONS, text)) {
    stream.take();
    return WLAN_DIRECTIONS[text]!;
  }
  if (text !== 'src' && text !== 'dst') return null;
  stream.take();
  const other = text === 'src' ? 'dst' : 'src';
  const both = stream.is('and', '&&');
  if ((both || stream.is('or', '||')) && stream.next.kind === 'word' && stream.next.text === other) {
    stream.take();
    stream.take();
    return both ? 'both' : 'either';
  }
  return text;
}
