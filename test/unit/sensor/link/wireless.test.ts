/** IEEE 802.11 and the headers of radios. */
import { describeLinkType, IPV4, SNAP } from '../../../support/link-frames.ts';

const ADDRESSES = '020000000001 020000000002 020000000003';
/** Frame control, duration, three addresses, sequence. */
const data = (control: string, fragment = '00') => `${control} 0000 ${ADDRESSES} ${fragment}00`;
const FOURTH = '020000000004';
const LLC = `${SNAP} 0800`;
const NOT_IP = { notIp: 'llc' } as const;

const frames = [
  { name: 'data', header: `${data('0800')} ${LLC}`, expected: 'ipv4' },
  { name: 'data with IPv6', header: `${data('0801')} ${SNAP} 86dd`, expected: 'ipv6' },
  { name: 'ARP', header: `${data('0802')} ${SNAP} 0806`, expected: { notIp: '0x0806' } },
  { name: 'four addresses', header: `${data('0803')} ${FOURTH} ${LLC}`, expected: 'ipv4' },
  { name: 'quality of service', header: `${data('8801')} 0000 ${LLC}`, expected: 'ipv4' },
  { name: 'quality of service, four addresses', header: `${data('8803')} ${FOURTH} 0000 ${LLC}`, expected: 'ipv4' },
  { name: 'high throughput', header: `${data('8881')} 0000 00000000 ${LLC}`, expected: 'ipv4' },
  { name: 'order without quality', header: `${data('0880')} ${LLC}`, expected: 'ipv4' },
  { name: 'several in one', header: `${data('8801')} 8000 020000000005 020000000006 0030 ${LLC}`, expected: 'ipv4' },
  { name: 'a mesh', header: `${data('8803')} ${FOURTH} 0001 00 1f 00000000 ${LLC}`, expected: 'ipv4' },
  {
    name: 'a mesh with an address more',
    header: `${data('8803')} ${FOURTH} 0001 01 1f 00000000 ${FOURTH} ${LLC}`,
    expected: 'ipv4',
  },
  { name: 'encrypted', header: `${data('0841')} ${LLC}`, packet: IPV4, expected: NOT_IP },
  { name: 'no data', header: `${data('4801')} ${LLC}`, packet: IPV4, expected: NOT_IP },
  { name: 'a beacon', header: `${data('8000')} ${LLC}`, packet: IPV4, expected: NOT_IP },
  { name: 'an acknowledgement', header: 'd400 0000 020000000001', packet: '', expected: NOT_IP },
  { name: 'another version', header: `${data('0900')} ${LLC}`, packet: IPV4, expected: NOT_IP },
  { name: 'a first fragment', header: `${data('0804')} ${LLC}`, packet: IPV4, expected: NOT_IP },
  { name: 'a later fragment', header: `${data('0800', '01')} ${LLC}`, packet: IPV4, expected: NOT_IP },
] as const;

describeLinkType('802.11', 105, frames);

/** Version, length, what is there, and the fields. */
const radiotap = (length: string, fields: string) => `0000 ${length} ${fields}`;
describeLinkType(
  '802.11 with radiotap',
  127,
  frames.map((frame) => ({ ...frame, header: `${radiotap('0800', '00000000')} ${frame.header}` })),
);
describeLinkType('radiotap', 127, [
  { name: 'padding', header: `${radiotap('0900', '02000000 20')} ${data('8800')} 0000 0000 ${LLC}`, expected: 'ipv4' },
  {
    name: 'padding behind a time',
    header: `${radiotap('1100', `03000000 ${'00'.repeat(8)} 20`)} ${data('8800')} 0000 0000 ${LLC}`,
    expected: 'ipv4',
  },
  {
    name: 'padding behind more words',
    header: `${radiotap('0d00', '02000080 00000000 20')} ${data('8800')} 0000 0000 ${LLC}`,
    expected: 'ipv4',
  },
  {
    name: 'words without end',
    header: `${radiotap('1000', '02000080 ffffffff ffffffff')} ${data('0800')} ${LLC}`,
    expected: 'ipv4',
  },
  { name: 'no unit', header: `${radiotap('0800', '00000004')} ${data('0800')} ${LLC}`, packet: IPV4, expected: NOT_IP },
  {
    name: 'a length of 7',
    header: `${radiotap('0700', '00000000')} ${data('0800')} ${LLC}`,
    packet: IPV4,
    expected: { fault: 'truncatedLink' },
  },
]);

for (const linkType of [119, 163]) {
  describeLinkType('802.11 with a radio header', linkType, [
    { name: 'Prism', header: `44000000 90000000 ${'00'.repeat(136)} ${data('0800')} ${LLC}`, expected: 'ipv4' },
    { name: 'AVS', header: `80211001 00000040 ${'00'.repeat(56)} ${data('0800')} ${SNAP} 86dd`, expected: 'ipv6' },
    { name: 'none', header: `${data('0800')} ${LLC}`, expected: 'ipv4' },
    {
      name: 'AVS, encrypted',
      header: `80211001 00000040 ${'00'.repeat(56)} ${data('0840')}`,
      packet: IPV4,
      expected: NOT_IP,
    },
    { name: 'AVS of a length beyond', header: '80211001 ffffffff', packet: IPV4, expected: { fault: 'truncatedLink' } },
  ]);
}

describeLinkType('PPI', 192, [
  { name: '802.11', header: `0000 0800 69000000 ${data('0800')} ${LLC}`, expected: 'ipv4' },
  { name: 'fields', header: `0000 0c00 69000000 00000000 ${data('8801')} 0000 ${SNAP} 86dd`, expected: 'ipv6' },
  {
    name: 'radiotap in it',
    header: `0000 0800 7f000000 ${radiotap('0800', '00000000')} ${data('0800')} ${LLC}`,
    expected: 'ipv4',
  },
  { name: 'raw IP', header: '0000 0800 65000000', expected: 'ipv4' },
  { name: 'another link type', header: '0000 0800 ff000000', packet: IPV4, expected: { notIp: '0x0000' } },
  { name: 'a length of 0', header: '0000 0000 69000000', packet: IPV4, expected: { fault: 'truncatedLink' } },
]);
