/**
 * What is known about each rule: the sensor matches, the server judges, the page explains, and all three read it here.
 * docs/fingerprints.md tells where each comes from, and how often it is wrong.
 */
import type { TagName } from './tags.ts';

/** Bytes that a rule looks at, from the begin of their header; `options` are all TCP options. */
export type RuleField = { readonly header: 'ip' | 'tcp'; readonly offset: number; readonly length: number } | 'options';

export interface FingerprintRule {
  readonly tag: TagName;
  /** `tool`: names who made the packet. `hint`: says something about it, and proves nothing. */
  readonly kind: 'tool' | 'hint';
  /** As it is shown; of a hint, what it says. */
  readonly tool: string;
  /** Versions and times for which it holds; empty for always. */
  readonly era: string;
  readonly formula: string;
  /** Where the rule comes from. */
  readonly reference: string;
  /** That a random packet (or pair) matches; null where it is behaviour, and no matter of chance. */
  readonly chance: number | null;
  /** Whether one packet is enough to ask it, or two of the same source are needed. */
  readonly needs: 'packet' | 'pair';
  readonly fields: readonly RuleField[];
}

const ipId: RuleField = { header: 'ip', offset: 4, length: 2 };
const ttl: RuleField = { header: 'ip', offset: 8, length: 1 };
const target: RuleField = { header: 'ip', offset: 16, length: 4 };
const sourcePort: RuleField = { header: 'tcp', offset: 0, length: 2 };
const targetPort: RuleField = { header: 'tcp', offset: 2, length: 2 };
const sequence: RuleField = { header: 'tcp', offset: 4, length: 4 };
const flags: RuleField = { header: 'tcp', offset: 13, length: 1 };
const window: RuleField = { header: 'tcp', offset: 14, length: 2 };
const ZMAP = 'zmap/zmap src/probe_modules/packet.c';

export const fingerprintRules: readonly FingerprintRule[] = [
  {
    tag: 'zmapLegacyTcp',
    kind: 'tool',
    tool: 'ZMap',
    era: 'until 4.0, March 2024',
    formula: 'IP identification = 54321',
    reference: `${ZMAP}, before version 4.1.0 (2024-03-21)`,
    chance: 2 ** -16,
    needs: 'packet',
    fields: [ipId, flags],
  },
  {
    tag: 'masscanTcp',
    kind: 'tool',
    tool: 'Masscan',
    era: '',
    formula: 'IP identification = (target ^ target port ^ sequence) & 0xffff',
    reference: 'robertdavidgraham/masscan src/templ-pkt.c',
    chance: 2 ** -16,
    needs: 'packet',
    fields: [ipId, target, targetPort, sequence, flags],
  },
  {
    tag: 'mirai',
    kind: 'tool',
    tool: 'Mirai',
    era: 'since August 2016',
    formula: 'sequence = target',
    reference: 'Antonakakis et al., Understanding the Mirai Botnet, USENIX Security 2017',
    chance: 2 ** -32,
    needs: 'packet',
    fields: [target, sequence, flags],
  },
  {
    tag: 'zmapLegacyUdp',
    kind: 'tool',
    tool: 'ZMap',
    era: 'until 4.0, March 2024',
    formula: 'IP identification = 54321',
    reference: `${ZMAP}, before version 4.1.0 (2024-03-21)`,
    chance: 2 ** -16,
    needs: 'packet',
    fields: [ipId],
  },
  {
    tag: 'zmapTcp',
    kind: 'tool',
    tool: 'ZMap',
    era: 'since 4.1.1, April 2024',
    formula: 'window 65535, options 02 04 05b4 · 01 03 03 08 · 01 01 04 02, TTL ≤ 64',
    reference: `${ZMAP} since version 4.1.1 (2024-04-25)`,
    chance: null,
    needs: 'packet',
    fields: [ttl, flags, window, 'options'],
  },
  {
    tag: 'nmapOs',
    kind: 'tool',
    tool: 'Nmap',
    era: 'second generation of -O, since 4.0',
    formula: 'window, flags and options of one of 13 probes; time stamp ffffffff',
    reference: 'nmap/nmap osscan2.cc, and the chapter on remote OS detection of its book',
    // A time stamp of all ones alone; the probe without one has twelve bytes of options and a window of 3.
    chance: 2 ** -32,
    needs: 'packet',
    fields: [flags, window, 'options'],
  },
  {
    tag: 'unicornscanMd5',
    kind: 'tool',
    tool: 'Unicornscan',
    era: '0.4.7, 2007, fingerprint 7',
    formula: 'MSS 1024, SACK permitted, MD5 signature, port not 179, TTL ≥ 88',
    reference: 'Unicornscan 0.4.7, TCP options of fingerprint 7',
    chance: null,
    needs: 'packet',
    fields: [ttl, targetPort, flags, 'options'],
  },
  {
    tag: 'irregularSyn',
    kind: 'hint',
    tool: 'irregular SYN',
    era: '',
    formula: 'no TCP options, or TTL > 200, or IP identification = 54321',
    reference: 'Hiesgen et al., Spoki: Unveiling a New Wave of Scanners, USENIX Security 2022',
    chance: null,
    needs: 'packet',
    fields: [ipId, ttl, flags, 'options'],
  },
  {
    tag: 'nmapSyn',
    kind: 'tool',
    tool: 'Nmap',
    era: '-sS',
    formula:
      'two SYNs with x = sequence₁ ^ sequence₂: x >>> 16 = x & 0xffff; window 1024 to 4096, options 02 04 05b4, TTL ≤ 64',
    reference: 'nmap/nmap scan_engine_raw.cc and tcpip.cc',
    chance: 2 ** -16,
    needs: 'pair',
    fields: [ttl, sequence, flags, window, 'options'],
  },
  {
    tag: 'unicornscan',
    kind: 'tool',
    tool: 'Unicornscan',
    era: '',
    formula: 'two SYNs of other ports with equal sequence ^ target ^ (target port << 16 | source port)',
    reference: 'Unicornscan, TCPHASHTRACK',
    // The target may stand in either byte order: twice 2^-32.
    chance: 2 ** -31,
    needs: 'pair',
    fields: [target, sourcePort, targetPort, sequence, flags],
  },
];
