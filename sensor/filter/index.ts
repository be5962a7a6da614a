/** Filters over packets: the filter language (docs/filter.md) with tcpdump's meaning, on the bytes of each record. */
export { compilePacketFilter, type PacketFilter } from './packet-filter.ts';
