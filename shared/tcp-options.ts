/**
 * The kinds of TCP options in their order, as one number: four bits an option, the first lowest, eight at most. Which
 * options a SYN has, and in which order, tells network stacks and scanners apart.
 */

/** Values of four bits; stored and sent, and never changed. 0 is no option. */
export const TcpOption = {
  eol: 1,
  nop: 2,
  mss: 3,
  ws: 4,
  sackOk: 5,
  sack: 6,
  ts: 7,
  fastOpen: 8,
  md5: 9,
  mptcp: 10,
  ao: 11,
  userTimeout: 12,
  experimental: 13,
  /** Any other kind. */
  other: 14,
  /** The length is a lie or cut off: the last of the list. */
  malformed: 15,
} as const;
export type TcpOptionName = keyof typeof TcpOption;

/** Names by value; index 0 is empty. */
export const tcpOptionNames: readonly (TcpOptionName | '')[] = ['', ...(Object.keys(TcpOption) as TcpOptionName[])];

/** As many options as the number holds; further ones are left out. */
export const MAX_TCP_OPTIONS = 8;

/** Value of each option kind (https://www.iana.org/assignments/tcp-parameters). */
export const tcpOptionOfKind: Uint8Array = new Uint8Array(256).fill(TcpOption.other);
tcpOptionOfKind[0] = TcpOption.eol;
tcpOptionOfKind[1] = TcpOption.nop;
tcpOptionOfKind[2] = TcpOption.mss;
tcpOptionOfKind[3] = TcpOption.ws;
tcpOptionOfKind[4] = TcpOption.sackOk;
tcpOptionOfKind[5] = TcpOption.sack;
tcpOptionOfKind[8] = TcpOption.ts;
tcpOptionOfKind[19] = TcpOption.md5;
tcpOptionOfKind[28] = TcpOption.userTimeout;
tcpOptionOfKind[29] = TcpOption.ao;
tcpOptionOfKind[30] = TcpOption.mptcp;
tcpOptionOfKind[34] = TcpOption.fastOpen;
tcpOptionOfKind[253] = TcpOption.experimental;
tcpOptionOfKind[254] = TcpOption.experimental;

/** Such as `mss,nop,ws,nop,nop,sackOk`; empty for none. */
export function formatTcpOptions(options: number): string {
  const names: string[] = [];
  for (let rest = options >>> 0; rest !== 0; rest >>>= 4) names.push(tcpOptionNames[rest & 15]!);
  return names.join(',');
}

/** The number of a text form, or null when it is none. */
export function parseTcpOptions(text: string): number | null {
  if (text === '') return 0;
  const names = text.split(',');
  if (names.length > MAX_TCP_OPTIONS) return null;
  let options = 0;
  for (const [index, name] of names.entries()) {
    const value = tcpOptionNames.indexOf(name as TcpOptionName);
    if (value <= 0) return null;
    options |= value << (index * 4);
  }
  return options >>> 0;
}
