/** What routes are made of: handed in, so that tests need no socket. */

import type { TlsOptions } from 'node:tls';
import type { AccessParts } from '../access/role.ts';
import type { NetworkTable } from '../enrich/networks/network-table.ts';
import type { ScannerFolder } from '../enrich/scanners/scanner-folder.ts';
import type { Channel } from '../ingest/channel.ts';
import type { LiveHub } from '../live/live-hub.ts';
import type { PacketRing } from '../packets/packet-ring.ts';
import type { IngestPipeline } from '../pipeline.ts';
import type { DiskState } from '../store/disk-watch.ts';
import type { LedgerState } from '../store/ingest-commit.ts';
import type { Catalog, EvidenceStore, FlowStore, PayloadStore, SeriesStore } from '../store/stores.ts';
import type { FairTurns } from './fair-turns.ts';
import type { FlowSums } from './flow-sums.ts';
import type { Stretches } from './stretches.ts';

export interface ApiParts extends AccessParts {
  readonly flows: FlowStore;
  /** Series and tops of a filter. */
  readonly flowSums: FlowSums;
  /** Breakdowns of flows. */
  readonly breakdownTurns: FairTurns;
  /** What a replay is made of. */
  readonly stretches: Stretches;
  readonly series: SeriesStore;
  readonly catalog: Catalog;
  /** Changes of sessions, and of all that the server knows of them. */
  readonly sessions: Pick<IngestPipeline, 'isFed' | 'renameSession' | 'deleteSession'>;
  readonly evidence: EvidenceStore;
  readonly payloads: PayloadStore;
  /** Recent packets, where any are kept. */
  readonly packets?: Pick<PacketRing, 'account' | 'expire' | 'frames' | 'oldestSeconds' | 'sessions'>;
  readonly scanners: Pick<ScannerFolder, 'find'>;
  readonly live: LiveHub;
  readonly networks: Pick<NetworkTable, 'nameOf'>;
  readonly ledgers: () => LedgerState[];
  readonly channels: () => Channel[];
  /** Slots of a session's targets, for those who may not see them. */
  readonly targetSlots: (session: number) => (sensor: number, target: string) => number;
  readonly software: string;
  /** Room on the disk of the data directory. */
  readonly diskState: () => DiskState;
  /** State of the series' copy in another store, where there is one. */
  readonly seriesMirror: () => object | null;
  /** Certificate and key; without them HTTP is spoken, on the loopback or behind a proxy. */
  readonly tls?: TlsOptions | null;
  /** Folder of the built page. */
  readonly pageFolder: string;
}
