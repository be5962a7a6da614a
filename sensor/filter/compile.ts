/** A syntax tree becomes a test: one small function for each part, made in the order of the text. */
import { FilterError } from '../../shared/filter/index.ts';
import type { Expression, LlcType } from '../../shared/filter/syntax.ts';
import { addressTest, castTest, ethernetHostTest, portTest } from './address-tests.ts';
import { Answer, allOf, anyOf, noneOf, type Test, yesIf } from './answer.ts';
import { comparisonTest } from './arithmetic.ts';
import { isWlan, LinkShape } from './link-shapes.ts';
import {
  byteIs,
  linkTypeTest,
  llcControlTest,
  llcTest,
  mplsTest,
  pppoeSessionTest,
  vlanTest,
  wordIs,
} from './link-tests.ts';
import { classTest, innerTest, radiationTest, tagTest } from './own-tests.ts';
import { protocolNumberTest, protocolTest } from './protocol-tests.ts';
import type { Scope } from './scope.ts';

const PPPOE_DISCOVERY = 0x8863;

/** Throws FilterError for what a packet cannot be asked. */
export function compileTest(expression: Expression, scope: Scope): Test {
  switch (expression.kind) {
    case 'and':
      return allOf(expression.terms.map((term) => compileTest(term, scope)));
    case 'or':
      return anyOf(expression.terms.map((term) => compileTest(term, scope)));
    case 'not':
      return noneOf(compileTest(expression.term, scope));
    case 'host':
    case 'net':
      return addressTest(expression, scope);
    case 'ethernetHost':
      return ethernetHostTest(expression, scope);
    case 'port':
      return portTest(expression, scope);
    case 'protocol':
      return protocolTest(expression.word, scope, expression.span);
    case 'protocolNumber':
      return protocolNumberTest(expression, scope);
    case 'broadcast':
    case 'multicast':
      return castTest(expression, scope);
    case 'comparison':
      return comparisonTest(expression, scope);
    case 'tag':
      return tagTest(expression.bit, scope);
    case 'class':
      return classTest(expression.id);
    case 'radiation':
      return radiationTest(expression.ids);
    case 'inner':
      return innerTest(expression.term);
    case 'country':
    case 'asn':
    case 'sensor':
    case 'organisation':
      throw new FilterError(
        'FILTER_NOT_HERE',
        `"${expression.kind}" is known where flows are, and not of packets: leave it out here`,
        expression.span,
      );
    default:
      return compileLinkTest(expression, scope);
  }
}

type LinkPrimitive = Extract<
  Expression,
  {
    kind:
      | 'vlan'
      | 'mpls'
      | 'pppoed'
      | 'pppoes'
      | 'geneve'
      | 'llc'
      | 'wlanType'
      | 'wlanDirection'
      | 'inbound'
      | 'outbound'
      | 'ifindex';
  }
>;

function compileLinkTest(expression: LinkPrimitive, scope: Scope): Test {
  const { kind, span } = expression;
  switch (kind) {
    case 'vlan':
      scope.requireLinkLayer('vlan', span);
      scope.requireNoLabels('vlan', span);
      return vlanTest(scope.vlans++, expression.id, scope);
    case 'mpls': {
      const test = mplsTest(expression.label, scope);
      scope.labels++;
      return test;
    }
    case 'pppoed':
      scope.requireNoLabels(kind, span);
      return linkTypeTest(PPPOE_DISCOVERY, scope);
    case 'pppoes': {
      scope.requireNoLabels(kind, span);
      const test = pppoeSessionTest(expression.session, scope);
      scope.sessions++;
      return test;
    }
    case 'geneve':
      throw new FilterError('FILTER_UNSUPPORTED', 'write "udp dst port 6081", and "inner …" for what is inside', span);
    case 'llc':
      scope.requireLinkLayer('llc', span);
      return llcTypeTest(expression.type, scope);
    case 'wlanType':
    case 'wlanDirection':
      scope.requireLinkLayer('802.11', span);
      return wlanTest(expression, scope);
    case 'inbound':
    case 'outbound':
      scope.requireLinkLayer(kind, span);
      return directionTest(kind === 'outbound', scope);
    case 'ifindex':
      scope.requireLinkLayer(kind, span);
      return (packet) =>
        packet.shape === LinkShape.linuxCooked2 ? wordIs(packet, packet.header + 4, expression.index) : Answer.reject;
  }
}

/** Control fields of 802.2: mask and value. */
const llcControls: Readonly<Record<LlcType, readonly [mask: number, value: number]>> = {
  i: [0x01, 0x00],
  s: [0x03, 0x01],
  u: [0x03, 0x03],
  rr: [0x0f, 0x01],
  rnr: [0x0f, 0x05],
  rej: [0x0f, 0x09],
  ui: [0xef, 0x03],
  ua: [0xef, 0x63],
  disc: [0xef, 0x43],
  sabme: [0xef, 0x6f],
  test: [0xef, 0xe3],
  xid: [0xef, 0xaf],
  frmr: [0xef, 0x87],
};

function llcTypeTest(type: LlcType | null, scope: Scope): Test {
  const isLlc = llcTest(scope);
  if (type === null) return isLlc;
  const [mask, value] = llcControls[type];
  return allOf([isLlc, llcControlTest(mask, value, scope)]);
}

function wlanTest(expression: Extract<Expression, { kind: 'wlanType' | 'wlanDirection' }>, scope: Scope): Test {
  scope.looksAtHeader = true;
  const [offset, mask] = expression.kind === 'wlanType' ? [0, expression.mask] : [1, 0x03];
  const { value } = expression;
  return (packet) => {
    const hasType = isWlan(packet.shape) && packet.shape !== LinkShape.wlanPpi;
    return hasType ? byteIs(packet, packet.header + offset, value, mask) : Answer.reject;
  };
}

const LINUX_OUTGOING = 4;

/** Who sent the packet, where the capture says so. */
function directionTest(outbound: boolean, scope: Scope): Test {
  scope.looksAtHeader = true;
  return (packet) => {
    switch (packet.shape) {
      case LinkShape.linuxCooked: {
        const type = packet.half(packet.header);
        return type < 0 ? Answer.reject : yesIf((type === LINUX_OUTGOING) === outbound);
      }
      case LinkShape.linuxCooked2: {
        const type = packet.byte(packet.header + 10);
        return type < 0 ? Answer.reject : yesIf((type === LINUX_OUTGOING) === outbound);
      }
      case LinkShape.pppWithDirection:
        return byteIs(packet, packet.header, outbound ? 1 : 0);
      case LinkShape.ipnet: {
        const direction = packet.half(packet.header + 2);
        return direction < 0 ? Answer.reject : yesIf(direction === (outbound ? 1 : 2));
      }
      default:
        return Answer.reject;
    }
  };
}
