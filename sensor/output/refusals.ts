/** Why a server and this sensor do not come together, in sentences that say what to do. Codes: docs/errors.md. */
import type { IncomingMessage } from 'node:http';

const MAX_REFUSAL_BYTES = 1_024;

/** The server does not want this sensor. Codes: docs/errors.md. */
export class UplinkError extends Error {
  override readonly name = 'UplinkError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a server answers instead of a connection: a refusal of this sensor, or words about other trouble. */
export async function readRefusal(host: string, response: IncomingMessage): Promise<UplinkError | string> {
  const status = response.statusCode ?? 0;
  const code = await readCode(response);
  if (status === 401 || status === 403)
    return new UplinkError('UPLINK_UNAUTHORIZED', `The server ${host} ${refusalInWords(code)}`);
  return `the server ${host} answers ${status}${code === '' ? '' : ` [${code}]`}`;
}

const TOKEN_ADVICE = 'make a new one there with "kurayami token add"';
const refusals: Readonly<Record<string, string>> = {
  ACCESS_TOKEN_REVOKED: `refuses this sensor's token, which was revoked: ${TOKEN_ADVICE} [ACCESS_TOKEN_REVOKED].`,
  ACCESS_TOKEN_EXPIRED: `refuses this sensor's token, which has expired: ${TOKEN_ADVICE} [ACCESS_TOKEN_EXPIRED].`,
  ACCESS_WRONG_HOST: 'is not reached under this name: use one that it knows [ACCESS_WRONG_HOST].',
  ACCESS_CLIENT_CERTIFICATE:
    'wants a certificate of this sensor: name certFile and keyFile in its settings [ACCESS_CLIENT_CERTIFICATE].',
};

function refusalInWords(code: string): string {
  return refusals[code] ?? `refuses this sensor's token: ${TOKEN_ADVICE}.`;
}

/** The stable code of a problem document; empty for anything else. */
async function readCode(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > MAX_REFUSAL_BYTES) break;
    }
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : '';
  } catch {
    return '';
  }
}

/** Why the server's certificate is not believed; null for another error. */
export function distrustOf(host: string, error: NodeJS.ErrnoException): UplinkError | null {
  const why = untrustedBecause(error);
  return why === null ? null : new UplinkError('UPLINK_UNTRUSTED', `${host} ${why}`);
}

/** In words; null for another error. */
function untrustedBecause({ code, message }: NodeJS.ErrnoException): string | null {
  if (code === 'CERT_HAS_EXPIRED') return 'shows a certificate that has expired.';
  if (code === 'CERT_NOT_YET_VALID') return 'shows a certificate that is not valid yet: check the clocks.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'shows the certificate of another name.';
  if (/SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_UNTRUSTED|CERT_SIGNATURE|CERT_REVOKED|INVALID_CA/.test(code ?? ''))
    return 'shows a certificate that nobody known has signed: name the file of its authority with --ca.';
  if (/alert (certificate|unknown ca|bad certificate)|CERTIFICATE_REQUIRED/i.test(`${code} ${message}`))
    return 'wants a certificate of this sensor: name certFile and keyFile in its settings.';
  return null;
}
