/** Order and kinds of TCP options (RFC 9293, section 3.1) as the number of shared/tcp-options.ts. */
import { MAX_TCP_OPTIONS, TcpOption, tcpOptionOfKind } from '../../../shared/tcp-options.ts';

const END_OF_LIST = 0;
const NO_OPERATION = 1;

/** Reads the options in [start, end), of which the bytes before `captured` are there. Each step goes forward, so that no length can make it loop. */
export function readTcpOptions(bytes: DataView, start: number, end: number, captured: number): number {
  let options = 0;
  for (let at = start, index = 0; at < end && index < MAX_TCP_OPTIONS; index++) {
    // What the capture cut off is not known to be wrong: the list ends.
    if (at >= captured) break;
    const kind = bytes.getUint8(at);
    let optionBytes = 1;
    if (kind !== END_OF_LIST && kind !== NO_OPERATION) {
      if (at + 1 >= captured && at + 1 < end) break;
      optionBytes = at + 1 < end ? bytes.getUint8(at + 1) : 0;
      if (optionBytes < 2 || at + optionBytes > end) return (options | (TcpOption.malformed << (index * 4))) >>> 0;
    }
    options |= tcpOptionOfKind[kind]! << (index * 4);
    if (kind === END_OF_LIST) break;
    at += optionBytes;
  }
  return options >>> 0;
}
