/** Filters over packets: the filter language (docs/filter.md) with tcpdump's meaning, on the bytes of each record. */
export { kernelFilter } from './kernel.ts';
export { compilePacketFilter, type PacketFilter } from './packet-filter.ts';
