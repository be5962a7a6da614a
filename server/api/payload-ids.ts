/** Payloads, addresses and sensors as routes of payloads and sites write them. */
import { formatInnerAddress } from '../../shared/address.ts';
import type { Catalog, PayloadKey } from '../store/stores.ts';
import { ApiError } from './api-error.ts';

export function payloadId({ digest, protocol, wireBytes }: PayloadKey): string {
  return `${digest.toString(16).padStart(16, '0')}-${protocol}-${wireBytes}`;
}

/** Throws ApiError for what is none. */
export function readPayloadId(id: string): PayloadKey {
  const [, digest = '', protocol, wireBytes] = /^([0-9a-f]{16})-(0|[1-9]\d{0,2})-(0|[1-9]\d{0,4})$/.exec(id) ?? [];
  const key = { digest: BigInt(`0x${digest || '0'}`), protocol: Number(protocol), wireBytes: Number(wireBytes) };
  if (digest === '' || key.protocol > 0xff || key.wireBytes > 0xffff)
    throw new ApiError(
      400,
      'API_BAD_PAYLOAD',
      'a payload is named by digest, protocol and length: 0123456789abcdef-17-64',
    );
  return key;
}

/** Four words each. */
export function addressTexts(words: Uint32Array): string[] {
  return Array.from({ length: words.length / 4 }, (_, row) => formatInnerAddress(words, row));
}

/** Names by number; the number itself of one that is not known. */
export async function sensorNames(catalog: Catalog): Promise<(ids: readonly number[]) => string[]> {
  const names = new Map((await catalog.sensors()).map(({ id, name }) => [id, name]));
  return (ids) => ids.map((id) => names.get(id) ?? String(id));
}
