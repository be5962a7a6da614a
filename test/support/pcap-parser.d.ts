declare module 'pcap-parser' {
  import type { EventEmitter } from 'node:events';

  const pcapParser: { parse(file: string): EventEmitter };
  export default pcapParser;
}
