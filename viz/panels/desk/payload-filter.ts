/** What of the page's filter holds for payloads: they are kept by protocol and target port, and know nothing of the rest. No DOM. */
import { type Expression, FilterError, parseFilter, printFilter } from '../../../shared/filter/index.ts';
import { IpProtocol } from '../../../shared/protocols.ts';

export interface PayloadFilter {
  readonly port: number | null;
  /** As the API takes it: `tcp`, `udp`, or a number. */
  readonly protocol: string | null;
  /** The part that holds, and the part that does not, in the filter language; empty for none. */
  readonly applied: string;
  readonly left: string;
}

type Wanted = Partial<Pick<PayloadFilter, 'port' | 'protocol'>>;

/** Of a filter that cannot be read nothing holds. */
export function payloadFilterOf(filter: string): PayloadFilter {
  const none = { port: null, protocol: null, applied: '', left: filter };
  if (filter === '') return none;
  const expression = readFilter(filter);
  if (expression === null) return none;
  const terms = expression.kind === 'and' ? expression.terms : [expression];
  const [applied, left]: [Expression[], Expression[]] = [[], []];
  let wanted: Required<Wanted> = { port: null, protocol: null };
  for (const term of terms) {
    const joined = joinedWith(wanted, wantedBy(term));
    (joined === null ? left : applied).push(term);
    wanted = joined ?? wanted;
  }
  return { ...wanted, applied: printed(applied), left: printed(left) };
}

function readFilter(text: string): Expression | null {
  try {
    return parseFilter(text);
  } catch (error) {
    if (error instanceof FilterError) return null;
    throw error;
  }
}

/** Null for what payloads do not know. */
function wantedBy(term: Expression): Wanted | null {
  if (term.kind === 'protocol' && (term.word === 'tcp' || term.word === 'udp')) return { protocol: term.word };
  if (term.kind === 'protocolNumber' && term.layer === 'any' && !term.chain)
    return { protocol: protocolWord(term.number) };
  if (term.kind !== 'port' || term.direction !== 'dst' || term.from !== term.to) return null;
  const { protocol, from } = term;
  return protocol === null ? { port: from } : { port: from, protocol: protocolWord(IpProtocol[protocol]) };
}

const protocolWord = (number: number) =>
  number === IpProtocol.tcp ? 'tcp' : number === IpProtocol.udp ? 'udp' : String(number);

/** Null where the two cannot be asked for together: the second is left, and said to be. */
function joinedWith(before: Required<Wanted>, more: Wanted | null): Required<Wanted> | null {
  if (more === null) return null;
  const { port = before.port, protocol = before.protocol } = more;
  const fits = (old: unknown, wanted: unknown) => old === null || old === wanted;
  return fits(before.port, port) && fits(before.protocol, protocol) ? { port, protocol } : null;
}

function printed(terms: readonly Expression[]): string {
  const [first] = terms;
  if (first === undefined) return '';
  return terms.length === 1 ? printFilter(first) : printFilter({ kind: 'and', terms, span: { start: 0, end: 0 } });
}
