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

describe('TCP options of a SYN', () => {
  /** A SYN whose header length fits the options, padded to whole words with `padding`. */
  const syn = (options: string, flags = '02') => {
    const bytes = hexText(options);
    const words = 5 + Math.ceil(bytes.length / 8);
    const offset = (words * 16).toString(16).padStart(2, '0');
    return `${`9c40001700000001000000000000${'00'}`.slice(0, 24) + offset + flags}040000000000${bytes}`;
  };
  const MSS = '020405b4';

  test.for([
    { name: 'none', options: '', expected: '' },
    { name: 'of Linux', options: `${MSS} 0402 080a 00000001 00000000 01 030307`, expected: 'mss,sackOk,ts,nop,ws' },
    { name: 'of Windows', options: `${MSS} 01 030308 01 01 0402`, expected: 'mss,nop,ws,nop,nop,sackOk' },
    { name: 'the end of the list ends it', options: `${MSS} 00 030307`, expected: 'mss,eol' },
    { name: 'rare ones', options: '1e04 0000 1304 0000 1d04 0000 1c04 0000', expected: 'mptcp,md5,ao,userTimeout' },
    {
      name: 'Fast Open, experimental, unknown',
      options: '2202 fd04 f989 4b02 0101',
      expected: 'fastOpen,experimental,other,nop,nop',
    },
    { name: 'no more than eight', options: '01'.repeat(12), expected: 'nop,nop,nop,nop,nop,nop,nop,nop' },
    { name: 'a length of 0', options: `${MSS} 0300 0101`, expected: 'mss,malformed' },
    { name: 'a length of 1', options: `${MSS} 0301 0101`, expected: 'mss,malformed' },
    { name: 'a length beyond the header', options: `${MSS} 0309 0101`, expected: 'mss,malformed' },
    { name: 'a kind without a length', options: `${MSS} 01 01 01 03`, expected: 'mss,nop,nop,nop,malformed' },
    {
      name: 'a lie as the eighth',
      options: `${'01'.repeat(7)} 08ff`,
      expected: 'nop,nop,nop,nop,nop,nop,nop,malformed',
    },
  ])('$name', ({ options, expected }) => {
    const padded = options === '' ? '' : options;
    const bytes = hexText(padded);
    const filled = bytes + '00'.repeat((4 - ((bytes.length / 2) % 4)) % 4);
    const decoded = decode('06', syn(filled));
    expect(decoded.packet?.synOptions.replace(/(,eol)+$/, '')).toBe(expected.replace(/(,eol)+$/, ''));
    expect(decoded.faults).toEqual({});
  });

  test('of packets without SYN are not read, of SYN-ACKs they are', () => {
    expect(decode('06', syn(MSS, '10')).packet?.synOptions).toBe('');
    expect(decode('06', syn(MSS, '12')).packet?.synOptions).toBe('mss');
  });

  test('cut off by the capture, they end without a lie', () => {
    const whole = hex(`45000034 abcd0000 f3060000 c0000201 c6336407 ${syn(`${MSS} 01 030308 01 01 0402`)}`);
    const found = Array.from({ length: 13 }, (_, cut) => {
      const { packet } = decodeOne(RAW, whole.slice(0, 40 + cut), { wireLength: whole.length });
      return packet?.synOptions;
    });
    expect(found.slice(0, 6)).toEqual(['', '', 'mss', 'mss', 'mss', 'mss,nop']);
    expect(found.at(-1)).toBe('mss,nop,ws,nop,nop,sackOk');
  });

  test('that reach beyond the packet end with it', () => {
    // The header says 60 bytes, the packet ends after 24 of them.
    const header = syn(MSS).replace(/^(.{24})../, '$1f0');
    expect(decode('06', header).packet?.synOptions).toBe('mss');
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
