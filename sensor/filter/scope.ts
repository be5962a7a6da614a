/**
 * What the words read so far have made of those to come. As in tcpdump, `mpls` and `pppoes` move all that stands behind them
 * in the text into the header they name, and the k-th `vlan` means the k-th tag.
 */
import { FilterError } from '../../shared/filter/index.ts';
import type { Span } from '../../shared/filter/syntax.ts';

export const PPPOE_BYTES = 6;
const PPP_TYPE_BYTES = 2;
const LABEL_BYTES = 4;

export class Scope {
  /** `vlan`, `mpls` (since the last pppoes) and `pppoes` read so far. */
  vlans = 0;
  labels = 0;
  sessions = 0;
  /** Set by tests that look at the link header, or at what follows it. */
  looksAtHeader = false;
  looksAtPayload = false;
  /** Set by tests for rules that look at what a source sent before. */
  asksForPairs = false;

  /** Bytes from the packet's network header to the one that is meant here. */
  get networkShift(): number {
    return this.sessions * (PPPOE_BYTES + PPP_TYPE_BYTES) + this.labels * LABEL_BYTES;
  }

  /** Bytes from the packet's network header to the PPP protocol field of the innermost session. */
  get pppTypeShift(): number {
    return this.sessions * (PPPOE_BYTES + PPP_TYPE_BYTES) - PPP_TYPE_BYTES;
  }

  /** Throws FilterError where the word asks about the captured link layer: behind `pppoes` that is PPP. */
  requireLinkLayer(word: string, span: Span): void {
    if (this.sessions === 0) return;
    const sentence = `behind "pppoes" there is no ${word}: put it before "pppoes"`;
    throw new FilterError('FILTER_NOT_HERE', sentence, span);
  }

  /** Throws FilterError: behind labels only IPv4 and IPv6 can be told. */
  requireNoLabels(word: string, span: Span): void {
    if (this.labels === 0) return;
    const sentence = `behind "mpls" only ip and ip6 can be told: put "${word}" before "mpls"`;
    throw new FilterError('FILTER_NOT_HERE', sentence, span);
  }
}
