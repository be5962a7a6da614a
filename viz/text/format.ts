/** Numbers, times and names as the page writes them. */
import { IpProtocol, protocolName } from '../../shared/protocols.ts';
import type { Language } from './text.ts';

const numberFormats = new Map<Language, Intl.NumberFormat>();

/** A whole number with its groups: `1,284`. */
export function formatCount(value: number, language: Language): string {
  let format = numberFormats.get(language);
  if (!format) {
    format = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    numberFormats.set(language, format);
  }
  return format.format(value);
}

/** A rate: small ones keep one decimal, so that a quiet class does not read as none. */
export function formatRate(value: number, language: Language): string {
  return value > 0 && value < 9.95 ? value.toFixed(1) : formatCount(value, language);
}

/** `1.2 M`, `340 k`: for figures where the order matters and the last digit does not. */
export function formatShort(value: number): string {
  for (const [unit, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= unit) return `${(value / unit).toFixed(value >= 100 * unit ? 0 : 1)} ${letter}`;
  }
  return String(Math.round(value));
}

/** `00:12:33`; days are counted in hours. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/** `×10`, `×0.5`. */
export function formatSpeed(speed: number): string {
  return `×${Number(speed.toPrecision(3))}`;
}

/** Services that darknets see often, by `protocol/port`. From IANA's registry where it has one, else by common use. */
export const portServices: Readonly<Record<string, string>> = {
  'tcp/21': 'FTP',
  'tcp/22': 'SSH',
  'tcp/23': 'Telnet',
  'tcp/25': 'SMTP',
  'tcp/53': 'DNS',
  'tcp/80': 'HTTP',
  'tcp/110': 'POP3',
  'tcp/139': 'NetBIOS',
  'tcp/143': 'IMAP',
  'tcp/443': 'HTTPS',
  'tcp/445': 'SMB',
  'tcp/502': 'Modbus',
  'tcp/554': 'RTSP',
  'tcp/993': 'IMAPS',
  'tcp/1433': 'SQL Server',
  'tcp/1723': 'PPTP',
  'tcp/1883': 'MQTT',
  'tcp/2222': 'SSH',
  'tcp/2323': 'Telnet',
  'tcp/2375': 'Docker',
  'tcp/3306': 'MySQL',
  'tcp/3389': 'RDP',
  'tcp/5060': 'SIP',
  'tcp/5432': 'PostgreSQL',
  'tcp/5555': 'ADB',
  'tcp/5900': 'VNC',
  'tcp/5985': 'WinRM',
  'tcp/6379': 'Redis',
  'tcp/7547': 'TR-069',
  'tcp/8080': 'HTTP',
  'tcp/8443': 'HTTPS',
  'tcp/8728': 'MikroTik',
  'tcp/9200': 'Elastic',
  'tcp/11211': 'memcached',
  'tcp/27017': 'MongoDB',
  'tcp/37215': 'Huawei',
  'tcp/52869': 'UPnP',
  'udp/53': 'DNS',
  'udp/69': 'TFTP',
  'udp/111': 'portmap',
  'udp/123': 'NTP',
  'udp/137': 'NetBIOS',
  'udp/161': 'SNMP',
  'udp/389': 'CLDAP',
  'udp/443': 'QUIC',
  'udp/500': 'IKE',
  'udp/1434': 'SQL Server',
  'udp/1900': 'SSDP',
  'udp/3702': 'WSD',
  'udp/5060': 'SIP',
  'udp/5353': 'mDNS',
  'udp/11211': 'memcached',
  'udp/33434': 'traceroute',
};

const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'unreachable',
  8: 'echo',
  11: 'time exceeded',
};

/** `23/tcp` and its service, or an ICMP type. */
export function portName(protocol: number, port: number): { port: string; service: string } {
  const name = protocolName(protocol);
  if (protocol === IpProtocol.icmp) return { port: `${name} ${port}`, service: ICMP_TYPES[port] ?? '' };
  if (protocol !== IpProtocol.tcp && protocol !== IpProtocol.udp) return { port: `${name} ${port}`, service: '' };
  return { port: `${port}/${name}`, service: portServices[`${name}/${port}`] ?? '' };
}
