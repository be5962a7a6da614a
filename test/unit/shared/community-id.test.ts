import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIpv4, parseIpv6 } from '../../../shared/address.ts';
import { CommunityId } from '../../../shared/community-id.ts';
import { createFlowBatch } from '../../../shared/flow-batch.ts';
import { Fragment } from '../../../shared/packet-batch.ts';
import { MAX_MESSAGE_BYTES, ShortSha1 } from '../../../shared/sha1.ts';

/** A flow batch of one row. For ICMP the ports are type and code. */
function flowOf(protocol: number, source: string, sourcePort: number, target: string, targetPort: number) {
  const family = source.includes(':') ? 6 : 4;
  const flows = createFlowBatch(family, 1);
  flows.length = 1;
  if (family === 4) flows.source[0] = parseIpv4(source)!;
  else flows.source.set(parseIpv6(source)!);
  if (family === 4) flows.target[0] = parseIpv4(target)!;
  else flows.target.set(parseIpv6(target)!);
  flows.protocol[0] = protocol;
  flows.sourcePort[0] = sourcePort;
  flows.targetPort[0] = targetPort;
  return flows;
}

const idOf = (...flow: Parameters<typeof flowOf>) => new CommunityId().text(flowOf(...flow), 0);

/** Protocol, source, its port, target, its port, id: the vectors published with the specification (default seed); what ICMP has for ports there is its type and the type of its answer, or its code. */
const published: readonly [number, string, number, string, number, string][] = [
  [58, 'fe80::200:86ff:fe05:80da', 135, 'fe80::260:97ff:fe07:69ea', 136, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
  [58, 'fe80::260:97ff:fe07:69ea', 136, 'fe80::200:86ff:fe05:80da', 135, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
  [58, 'fe80::260:97ff:fe07:69ea', 135, 'fe80::200:86ff:fe05:80da', 136, '1:zavyT/cezQr1fmImYCwYnMXbgck='],
  [58, 'fe80::200:86ff:fe05:80da', 136, 'fe80::260:97ff:fe07:69ea', 135, '1:zavyT/cezQr1fmImYCwYnMXbgck='],
  [58, '3ffe:501:1800:2345::2', 3, '3ffe:507:0:1:200:86ff:fe05:80da', 0, '1:2ObVBgIn28oZvibYZhZMBgh7WdQ='],
  [58, '3ffe:501:410:0:2c0:dfff:fe47:33e', 1, '3ffe:507:0:1:200:86ff:fe05:80da', 4, '1:hLZd0XGWojozrvxqE0dWB1iM6R0='],
  [58, '3ffe:507:0:1:200:86ff:fe05:80da', 128, '3ffe:501:0:1001::2', 129, '1:+TW+HtLHvV1xnGhV1lv7XoJrqQg='],
  [58, '3ffe:501:0:1001::2', 129, '3ffe:507:0:1:200:86ff:fe05:80da', 128, '1:+TW+HtLHvV1xnGhV1lv7XoJrqQg='],
  [58, 'fe80::200:86ff:fe05:80da', 133, 'ff02::2', 134, '1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0='],
  [58, 'fe80::260:97ff:fe07:69ea', 134, 'ff02::1', 133, '1:pkvHqCL88/tg1k4cPigmZXUtL00='],
  [1, '192.168.0.89', 8, '192.168.0.1', 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  [1, '192.168.0.1', 0, '192.168.0.89', 8, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
  [1, '10.0.0.1', 11, '10.0.0.2', 0, '1:YHxtAirCG//0OzkcVAukqKQN9xM='],
  [6, '2001:470:e5bf:dead:4957:2174:e82c:4887', 63943, '2607:f8b0:400c:c03::1a', 25, '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4='],
  [6, '2607:f8b0:400c:c03::1a', 25, '2001:470:e5bf:dead:4957:2174:e82c:4887', 63943, '1:/qFaeAR+gFe1KYjMzVDsMv+wgU4='],
  [132, '192.168.170.8', 7, '192.168.170.56', 7, '1:MP2EtRCAUIZvTw6MxJHLV7N7JDs='],
  [132, '192.168.170.56', 7, '192.168.170.8', 7, '1:MP2EtRCAUIZvTw6MxJHLV7N7JDs='],
  [6, '128.232.110.120', 34855, '66.35.250.204', 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  [6, '66.35.250.204', 80, '128.232.110.120', 34855, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
  [17, '192.168.1.52', 54585, '8.8.8.8', 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  [17, '8.8.8.8', 53, '192.168.1.52', 54585, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
  [46, '10.1.12.1', 0, '10.1.12.2', 0, '1:KHlLkgoJW7ifUTyTSgyVfkFHzKw='],
  [46, '10.1.12.2', 0, '10.1.12.1', 0, '1:KHlLkgoJW7ifUTyTSgyVfkFHzKw='],
];

test.for(published)('%s %s %s to %s %s', ([protocol, source, sourcePort, target, targetPort, id]) => {
  expect(idOf(protocol, source, sourcePort, target, targetPort)).toBe(id);
});

test('another seed makes another id', () => {
  const flow = flowOf(6, '128.232.110.120', 34_855, '66.35.250.204', 80);
  expect(new CommunityId(1).text(flow, 0)).not.toBe(new CommunityId(0).text(flow, 0));
});

test('both directions have one id, whatever the addresses', () => {
  const port = fc.nat(65_535);
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), port, port, fc.constantFrom(6, 17, 132), (a, b, left, right, protocol) => {
      expect(idOf(protocol, a, left, b, right)).toBe(idOf(protocol, b, right, a, left));
    }),
    { numRuns: 50 },
  );
});

test('an ICMP error keeps its direction: nobody answers it', () => {
  expect(idOf(1, '192.0.2.1', 3, '198.51.100.7', 1)).not.toBe(idOf(1, '198.51.100.7', 3, '192.0.2.1', 1));
  expect(idOf(1, '192.0.2.1', 8, '198.51.100.7', 0)).toBe(idOf(1, '198.51.100.7', 0, '192.0.2.1', 0));
});

test('a later fragment has no ports in its id, as have protocols without ports', () => {
  const flow = flowOf(17, '192.0.2.1', 5, '198.51.100.7', 9);
  flow.fragment[0] = Fragment.later;
  const withoutPorts = new CommunityId().text(flow, 0);
  expect(withoutPorts).not.toBe(idOf(17, '192.0.2.1', 5, '198.51.100.7', 9));
  expect(withoutPorts).not.toBe(idOf(17, '192.0.2.1', 0, '198.51.100.7', 0));
  expect(idOf(47, '192.0.2.1', 1, '198.51.100.7', 2)).toBe(idOf(47, '192.0.2.1', 0, '198.51.100.7', 0));
});

describe('SHA-1 of short messages', () => {
  test('is what node:crypto says, message after message', () => {
    const sha1 = new ShortSha1();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: MAX_MESSAGE_BYTES }), (message) => {
        sha1.message.set(message);
        sha1.digest(message.length);
        expect(Buffer.from(sha1.hash).toString('hex')).toBe(createHash('sha1').update(message).digest('hex'));
      }),
      { examples: [[new Uint8Array(0)], [new Uint8Array(MAX_MESSAGE_BYTES).fill(255)]] },
    );
  });

  test('what does not fit one block is refused', () => {
    expect(() => new ShortSha1().digest(MAX_MESSAGE_BYTES + 1)).toThrow(RangeError);
  });
});
