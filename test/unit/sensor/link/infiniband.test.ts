import { describeLinkType } from '../../../support/link-frames.ts';

const ROUTE = '00'.repeat(40);
describeLinkType('InfiniBand', 242, [
  { name: 'IPv4', header: `${ROUTE} 0800 0000`, expected: 'ipv4' },
  { name: 'IPv6', header: `${ROUTE} 86dd 0000`, expected: 'ipv6' },
  { name: 'ARP', header: `${ROUTE} 0806 0000`, expected: { notIp: '0x0806' } },
]);
