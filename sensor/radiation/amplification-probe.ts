/**
 * Questions to services that answer with more than they were asked: who looks for amplifiers, or believes that he found one.
 * By port and the beginning of the payload. A question of a host for the names of another (137 to 137) is none.
 */
import { Radiation } from '../../shared/radiation.ts';
import { createPayload, hexOf, readPayload } from './payload.ts';
import { PortPayloads } from './port-payloads.ts';
import type { RadiationRule } from './radiation-rule.ts';

export const NETBIOS_NAME = 137;

export const amplifierQuestions = new PortPayloads({
  // Quote of the day and character generator answer to anything (RFC 865, RFC 864).
  17: [''],
  19: [''],
  // DNS: one question, recursion desired.
  53: ['....01..0001'],
  // TFTP: a file, please.
  69: ['0001'],
  // Port mapper: a call of program 100000 by RPC version 2.
  111: ['........ 00000000 00000002 000186a0'],
  // NTP: the last 600 clients; variables by control message (RFC 9327).
  123: ['1700032a', '16020001'],
  // NetBIOS: status of any name.
  [NETBIOS_NAME]: [`.................... .... 20 ${hexOf('CKAA')}`],
  // SNMP of either version, community "public".
  161: [`30..02010.0406${hexOf('public')}`],
  // CLDAP: a search, lengths in short and long form.
  389: ['30..0201..63', '3084........0201..63'],
  // RIP version 1: a request.
  520: ['01010000'],
  // IPMI: RMCP without sequence, IPMI class.
  623: ['0600ff07'],
  // SQL Server's browser: all instances.
  1434: ['02', '03'],
  1900: [hexOf('M-SEARCH')],
  // Apple remote desktop.
  3283: ['0014000103'],
  // Web services discovery.
  3702: [hexOf('<')],
  5060: [hexOf('OPTIONS ')],
  // Sentinel licence server.
  5093: ['7a0000000000'],
  // mDNS: all services.
  5353: [`....0000 0001 0000 0000 0000 09 ${hexOf('_services')}`],
  // CoAP: GET /.well-known.
  5683: [`4001....bb${hexOf('.well-known')}`],
  // Ubiquiti's discovery.
  10001: ['01000000'],
  11211: [`....0000 0001 0000 ${hexOf('stats')}`, `....0000 0001 0000 ${hexOf('get')}`],
  // Peers of ZeroAccess: their questions are encrypted; every one has 16 bytes.
  16464: ['................................'],
  16465: ['................................'],
  16470: ['................................'],
  16471: ['................................'],
  // Steam.
  27015: [`ffffffff ${hexOf('TSource')}`],
  // Quake 3.
  27960: [`ffffffff ${hexOf('getstatus')}`],
});

const payload = createPayload();

export const amplificationProbe: RadiationRule = {
  gives: ['amplificationProbe'],
  looksAt: ['udp'],
  reference:
    'zmap/zmap examples/udp-probes; robertdavidgraham/masscan src/templ-payloads.c; US-CERT alert TA14-017A; Rossow, Amplification Hell, NDSS 2014',
  mark(open, batch, bytes) {
    const { rows, count } = open;
    const { sourcePort, targetPort, radiation } = batch;
    let left = 0;
    for (let at = 0; at < count; at++) {
      const row = rows[at]!;
      const port = targetPort[row]!;
      if (amplifierQuestions.has(port) && !(port === NETBIOS_NAME && sourcePort[row] === NETBIOS_NAME)) {
        readPayload(bytes, batch, row, payload);
        if (amplifierQuestions.matches(port, bytes, payload)) {
          radiation[row] = Radiation.amplificationProbe;
          continue;
        }
      }
      rows[left++] = row;
    }
    open.count = left;
  },
};
