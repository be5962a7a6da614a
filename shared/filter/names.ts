/** Names of services and protocols (IANA registries, spelled as in Debian's netbase), so that a filter means the same on every machine. */

export interface Service {
  readonly port: number;
  /** Null where the name is used with TCP and UDP alike. */
  readonly protocol: 'tcp' | 'udp' | null;
}

const tcp = 'tcp';
const udp = 'udp';
const both = null;

function service(port: number, protocol: Service['protocol']): Service {
  return { port, protocol };
}

export const services: Readonly<Record<string, Service>> = {
  echo: service(7, both),
  discard: service(9, both),
  daytime: service(13, both),
  chargen: service(19, both),
  'ftp-data': service(20, tcp),
  ftp: service(21, tcp),
  ssh: service(22, tcp),
  telnet: service(23, tcp),
  smtp: service(25, tcp),
  time: service(37, both),
  whois: service(43, tcp),
  tacacs: service(49, both),
  domain: service(53, both),
  bootps: service(67, udp),
  bootpc: service(68, udp),
  tftp: service(69, udp),
  gopher: service(70, tcp),
  finger: service(79, tcp),
  http: service(80, tcp),
  kerberos: service(88, both),
  pop3: service(110, tcp),
  sunrpc: service(111, both),
  auth: service(113, tcp),
  nntp: service(119, tcp),
  ntp: service(123, udp),
  'netbios-ns': service(137, udp),
  'netbios-dgm': service(138, udp),
  'netbios-ssn': service(139, tcp),
  imap2: service(143, tcp),
  snmp: service(161, both),
  'snmp-trap': service(162, both),
  bgp: service(179, tcp),
  ldap: service(389, both),
  https: service(443, both),
  'microsoft-ds': service(445, tcp),
  submission: service(587, tcp),
  ldaps: service(636, both),
  login: service(513, tcp),
  shell: service(514, tcp),
  syslog: service(514, both),
  printer: service(515, tcp),
  rsync: service(873, tcp),
  imaps: service(993, tcp),
  pop3s: service(995, tcp),
  socks: service(1080, tcp),
  openvpn: service(1194, both),
  'ms-sql-s': service(1433, tcp),
  'ms-sql-m': service(1434, udp),
  radius: service(1812, both),
  nfs: service(2049, both),
  mysql: service(3306, tcp),
  'ms-wbt-server': service(3389, tcp),
  sip: service(5060, both),
  postgresql: service(5432, tcp),
  mdns: service(5353, udp),
  redis: service(6379, tcp),
};

/** Names of IP protocols, for `proto`. Capitals do not matter. */
export const ipProtocols: Readonly<Record<string, number>> = {
  ip: 0,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  st: 5,
  tcp: 6,
  egp: 8,
  igp: 9,
  igrp: 9,
  pup: 12,
  udp: 17,
  rdp: 27,
  dccp: 33,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  eigrp: 88,
  ospf: 89,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  isis: 124,
  sctp: 132,
  'mobility-header': 135,
  udplite: 136,
  'mpls-in-ip': 137,
  manet: 138,
  hip: 139,
  shim6: 140,
};

/** What `ether proto` calls an EtherType, or (up to 1500) an 802.2 service access point. */
export const etherProtocols: Readonly<Record<string, number>> = {
  ip: 0x0800,
  arp: 0x0806,
  rarp: 0x8035,
  atalk: 0x809b,
  aarp: 0x80f3,
  ip6: 0x86dd,
  decnet: 0x6003,
  lat: 0x6004,
  sca: 0x6007,
  moprc: 0x6002,
  mopdl: 0x6001,
  loopback: 0x9000,
  stp: 0x42,
  ipx: 0xe0,
  netbeui: 0xf0,
  iso: 0xfe,
};

/** OSI protocols, for `iso proto`. */
export const isoProtocols: Readonly<Record<string, number>> = { clnp: 0x81, esis: 0x82, isis: 0x83 };

/** Frame types of 802.11: the bits of the header's first byte. */
export const wlanTypes: Readonly<Record<string, number>> = { mgt: 0x00, ctl: 0x04, data: 0x08 };

export const wlanSubtypes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  mgt: {
    'assoc-req': 0x00,
    assocreq: 0x00,
    'assoc-resp': 0x10,
    assocresp: 0x10,
    'reassoc-req': 0x20,
    reassocreq: 0x20,
    'reassoc-resp': 0x30,
    reassocresp: 0x30,
    'probe-req': 0x40,
    probereq: 0x40,
    'probe-resp': 0x50,
    proberesp: 0x50,
    beacon: 0x80,
    atim: 0x90,
    disassoc: 0xa0,
    disassociation: 0xa0,
    auth: 0xb0,
    authentication: 0xb0,
    deauth: 0xc0,
    deauthentication: 0xc0,
  },
  ctl: { 'ps-poll': 0xa0, rts: 0xb0, cts: 0xc0, ack: 0xd0, 'cf-end': 0xe0, 'cf-end-ack': 0xf0 },
  data: {
    data: 0x00,
    'data-cf-ack': 0x10,
    'data-cf-poll': 0x20,
    'data-cf-ack-poll': 0x30,
    null: 0x40,
    'cf-ack': 0x50,
    'cf-poll': 0x60,
    'cf-ack-poll': 0x70,
    'qos-data': 0x80,
    'qos-data-cf-ack': 0x90,
    'qos-data-cf-poll': 0xa0,
    'qos-data-cf-ack-poll': 0xb0,
    qos: 0xc0,
    'qos-cf-poll': 0xe0,
    'qos-cf-ack-poll': 0xf0,
  },
};

export const wlanDirections: Readonly<Record<string, number>> = { nods: 0, tods: 1, fromds: 2, dstods: 3 };
