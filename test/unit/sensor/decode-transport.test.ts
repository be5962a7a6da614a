import { describe, expect, test } from 'vitest';
import { hex } from '../../support/hex.ts';
import { decodeOne } from '../../support/packet-batch.ts';

const RAW = 101;
/** A length of 0 leaves it to the captured bytes, so that a test can cut where it likes. */
const decode = (protocol: string, payload: string) =>
  decodeOne(RAW, hex(`4500 0000 abcd 0000 f3${protocol} 0000 c0000201 c6336407`, payload));

describe('TCP', () => {
  //           ports     sequence acknowledge offset, SYN  window sum  urgent
  const SYN = hexText('9c40 0017 f1223344 00000000 50 02 0400 0000 0000');

  test.for([
    { name: 'nothing', bytes: 0, fields: {} },
    { name: 'half a port', bytes: 3, fields: {} },
    { name: 'ports', bytes: 4, fields: { sourcePort: 40_000, targetPort: 23 } },
    { name: 'almost the sequence number', bytes: 7, fields: { sourcePort: 40_000, targetPort: 23 } },
    { name: 'the sequence number', bytes: 8, fields: { sourcePort: 40_000, targetPort: 23, tcpSequence: 0xf1223344 } },
    { name: 'almost the flags', bytes: 13, fields: { targetPort: 23, tcpSequence: 0xf1223344, tcpFlags: 0 } },
    { name: 'the flags', bytes: 14, fields: { targetPort: 23, tcpFlags: 2, tcpWindow: 0 } },
    { name: 'the window', bytes: 16, fields: { targetPort: 23, tcpFlags: 2, tcpWindow: 1024 } },
    { name: 'almost all', bytes: 19, fields: { targetPort: 23, tcpFlags: 2, tcpWindow: 1024 } },
  ])('cut off after $bytes bytes, it is read as far as it goes: $name', ({ bytes, fields }) => {
    const { packet, faults } = decode('06', SYN.slice(0, bytes * 2));
    const nothing = { sourcePort: 0, targetPort: 0, tcpFlags: 0, tcpSequence: 0, tcpWindow: 0 };
    expect(packet).toMatchObject(bytes < 4 ? nothing : fields);
    expect(faults).toEqual({ truncatedTransport: 1 });
  });

  test('all eight flags are kept', () => {
    expect(decode('06', SYN.replace('5002', '50ff')).packet).toMatchObject({ tcpFlags: 255 });
  });

  test.for([
    { name: 'header of 16 bytes', offset: '40', faults: { badTransportHeader: 1 } },
    { name: 'header of no bytes', offset: '00', faults: { badTransportHeader: 1 } },
    { name: 'header longer than the packet', offset: 'f0', faults: {} },
  ])('$name', ({ offset, faults }) => {
    const decoded = decode('06', SYN.replace('5002', `${offset}02`));
    expect(decoded).toMatchObject({ packet: { targetPort: 23, tcpFlags: 2 }, faults });
    expect(decoded.faults).toEqual(faults);
  });
});

describe('UDP and its kin', () => {
  const DNS = hexText('d431 0035 0008 0000');
  test.for([
    { name: 'UDP', protocol: '11' },
    { name: 'DCCP', protocol: '21' },
    { name: 'SCTP', protocol: '84' },
    { name: 'UDP-Lite', protocol: '88' },
  ])('$name has ports', ({ protocol }) => {
    const decoded = decode(protocol, DNS);
    expect(decoded).toMatchObject({ packet: { sourcePort: 54_321, targetPort: 53, tcpFlags: 0 } });
    expect(decoded.faults).toEqual({});
  });

  test.for([
    { bytes: 0, targetPort: 0 },
    { bytes: 3, targetPort: 0 },
    { bytes: 4, targetPort: 53 },
    { bytes: 7, targetPort: 53 },
  ])('cut off after $bytes bytes', ({ bytes, targetPort }) => {
    const decoded = decode('11', DNS.slice(0, bytes * 2));
    expect(decoded.packet).toMatchObject({ targetPort });
    expect(decoded.faults).toEqual({ truncatedTransport: 1 });
  });
});

describe('ICMP', () => {
  test.for([
    { name: 'echo request', protocol: '01', payload: '08 00 0000', type: 8, code: 0 },
    { name: 'port unreachable', protocol: '01', payload: '03 03 0000 00000000', type: 3, code: 3 },
    { name: 'ICMPv6 echo request', protocol: '3a', payload: '80 00 0000', type: 128, code: 0 },
    { name: 'ICMPv6 administratively prohibited', protocol: '3a', payload: '01 01 0000', type: 1, code: 1 },
  ])('$name: type and code stand where the ports would', ({ protocol, payload, type, code }) => {
    const decoded = decode(protocol, payload);
    expect(decoded.packet).toMatchObject({ sourcePort: type, targetPort: code, tcpFlags: 0 });
    expect(decoded.faults).toEqual({});
  });

  test.for([
    { payload: '', type: 0, code: 0 },
    { payload: '03', type: 0, code: 0 },
    { payload: '0303', type: 3, code: 3 },
    { payload: '030300', type: 3, code: 3 },
  ])('cut off: "$payload"', ({ payload, type, code }) => {
    const decoded = decode('01', payload);
    expect(decoded.packet).toMatchObject({ sourcePort: type, targetPort: code });
    expect(decoded.faults).toEqual({ truncatedTransport: 1 });
  });
});

function hexText(text: string): string {
  return text.replaceAll(' ', '');
}
