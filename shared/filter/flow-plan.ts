/**
 * A parsed filter as a condition on flow records. What a flow record cannot answer is refused with an error that points
 * at the word; nothing is approximated. Where a field is of the record's first packet (`vlan`, `synwindow`) or of any of
 * its packets (`tag`), so is the answer.
 */
import type { FlowFieldName } from '../flow-fields.ts';
import { FilterError } from './filter-error.ts';
import type { FlowCondition } from './flow-condition.ts';
import { headerCondition, innerCondition, LINK, outermost } from './flow-headers.ts';
import { comparisonCondition } from './flow-values.ts';
import type { Expression, SensorPrimitive, Span, VlanPrimitive } from './syntax.ts';

/** What names in a filter stand for, where only the place knows. */
export interface FlowNames {
  /** Number of the sensor of that name, or null. */
  sensor(name: string): number | null;
}

/** Throws FilterError. */
export function planFlowFilter(expression: Expression, names: FlowNames): FlowCondition {
  return plan(expression, { ...names, vlans: 0 });
}

/** What the words read so far mean for those to come: as in tcpdump, the second `vlan` of a text asks for the second tag. */
interface Scope extends FlowNames {
  vlans: number;
}

function plan(expression: Expression, scope: Scope): FlowCondition {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return { kind: expression.kind, terms: expression.terms.map((term) => plan(term, scope)) };
    case 'not':
      return { kind: 'not', term: plan(expression.term, scope) };
    case 'host':
    case 'net':
    case 'port':
    case 'protocol':
    case 'protocolNumber':
      return headerCondition(expression, outermost);
    case 'comparison':
      return comparisonCondition(expression);
    case 'vlan':
      return vlanCondition(expression, scope);
    case 'tag': {
      const column = expression.bit < 32 ? 'tagsLow' : 'tagsHigh';
      return { kind: 'bit', column, bit: expression.bit & 31, span: expression.span };
    }
    case 'class':
      return is('class', expression.id, expression.span);
    case 'radiation':
      return oneOf('radiation', expression.ids, expression.span);
    case 'country':
      return is('country', countryNumber(expression.code), expression.span);
    case 'asn':
      return is('asn', expression.number, expression.span);
    case 'sensor':
      return sensorCondition(expression, scope);
    case 'inner':
      return innerCondition(expression);
    default:
      throw notHere(expression.span, REFUSALS[expression.kind] ?? 'flow records do not tell this');
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  ethernetHost: LINK,
  llc: LINK,
  mpls: LINK,
  pppoed: LINK,
  pppoes: LINK,
  wlanType: LINK,
  wlanDirection: LINK,
  ifindex: 'flow records do not have the interface’s number',
  inbound: 'flow records do not tell the direction on the interface',
  outbound: 'flow records do not tell the direction on the interface',
  broadcast: 'whether an address is a broadcast address depends on a network that flow records do not name',
  multicast: 'say it with a net: "dst net 224.0.0.0/4" or "dst net ff00::/8"',
  geneve: 'flow records do not have the tunnel’s network: "udp dst port 6081", and "inner …" for what it carries',
  organisation: 'there are no organisations in flow records yet',
};

function notHere(span: Span, why: string): FilterError {
  return new FilterError('FILTER_NOT_HERE', why, span);
}

function is(column: FlowFieldName, value: number, span: Span): FlowCondition {
  return { kind: 'range', column, from: value, to: value, span };
}

function oneOf(column: FlowFieldName, values: readonly number[], span: Span): FlowCondition {
  const terms = values.map((value) => is(column, value, span));
  return terms.length === 1 ? terms[0]! : { kind: 'or', terms };
}

function vlanCondition({ id, span }: VlanPrimitive, scope: Scope): FlowCondition {
  if (scope.vlans++ > 0)
    throw notHere(
      span,
      'a second "vlan" asks for the tag inside, and flow records have the outermost: write "vlan = N"',
    );
  if (id === null || id === 0)
    throw notHere(span, 'flow records have the number of the VLAN, and 0 for none: name another number');
  return is('vlan', id, span);
}

/** Two letters as one number; 0 where the country is unknown. */
function countryNumber(code: string): number {
  return code === '' ? 0 : (code.charCodeAt(0) << 8) | code.charCodeAt(1);
}

function sensorCondition({ name, span }: SensorPrimitive, names: FlowNames): FlowCondition {
  const id = names.sensor(name);
  if (id === null) throw new FilterError('FILTER_UNKNOWN_WORD', `there is no sensor "${name}"`, span);
  return is('sensor', id, span);
}
