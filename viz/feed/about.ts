/** What a sheet tells all about: a source, a target port or a payload, as the address of the page and the API name it. */
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../shared/address.ts';

/** Whose flows are told. */
export type AboutFlows =
  | { readonly kind: 'source'; readonly address: string }
  | { readonly kind: 'port'; readonly protocol: 'tcp' | 'udp'; readonly port: number };
export type About = AboutFlows | { readonly kind: 'payload'; readonly id: string };

/** `source:192.0.2.1`, `port:23/tcp` or `payload:0123456789abcdef-6-120`; null for what is none of them. */
export function readAbout(text: string | null): About | null {
  const [kind, ...rest] = (text ?? '').slice(0, 60).split(':');
  const what = rest.join(':');
  if (kind === 'source') return aboutSource(what);
  if (kind === 'payload') return isPayloadId(what) ? { kind, id: what } : null;
  return kind === 'port' ? aboutPort(what) : null;
}

/** Digest, number of the protocol, bytes on the wire. */
export function isPayloadId(id: unknown): id is string {
  return typeof id === 'string' && /^[0-9a-f]{16}-\d{1,3}-\d{1,6}$/.test(id);
}

/** Null for what is no address. */
export function aboutSource(text: string): AboutFlows | null {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== null) return { kind: 'source', address: formatIpv4(ipv4) };
  const ipv6 = parseIpv6(text);
  return ipv6 === null ? null : { kind: 'source', address: formatIpv6(ipv6) };
}

/** Of `23/tcp`; null for other protocols than TCP and UDP. */
export function aboutPort(text: string): AboutFlows | null {
  const found = /^(\d{1,5})\/(tcp|udp)$/.exec(text);
  if (found === null || Number(found[1]) > 65_535) return null;
  return { kind: 'port', protocol: found[2] as 'tcp' | 'udp', port: Number(found[1]) };
}

/** What `readAbout` reads. */
export function formatAbout(about: About): string {
  if (about.kind === 'payload') return `payload:${about.id}`;
  return about.kind === 'source' ? `source:${about.address}` : `port:${about.port}/${about.protocol}`;
}

/** In the filter language: its packets, and no others. */
export function termOfAbout(about: AboutFlows): string {
  return about.kind === 'source' ? `src host ${about.address}` : `${about.protocol} dst port ${about.port}`;
}

/** Route of the API, below `/api/v1/`. */
export function routeOfAbout(about: AboutFlows): string {
  return about.kind === 'source'
    ? `sources/${encodeURIComponent(about.address)}`
    : `ports/${about.protocol}/${about.port}`;
}
