/** What the dialog of packets says, in the language of its reader. No DOM. */
import {
  type DissectedField,
  type DissectedLayer,
  type FieldName,
  plainLayers,
} from '../../../shared/dissect/names.ts';
import type { PacketProblem } from '../../feed/packet-source.ts';
import { fill, type Text } from '../../text/text.ts';

function capital<Name extends string>(name: Name): Capitalize<Name> {
  return (name.charAt(0).toUpperCase() + name.slice(1)) as Capitalize<Name>;
}

export function fieldName(name: FieldName, text: Text): string {
  return text[`packetField${capital(name)}`];
}

export function layerName({ name, length }: DissectedLayer, text: Text): string {
  if (name === plainLayers.payload) return text.packetPayload;
  if (name === plainLayers.trailer) return text.packetTrailer;
  if (name === plainLayers.notCaptured) return text.packetNotCaptured;
  return length === 0 ? `${name} (${text.packetNoteCutOff})` : name;
}

/** A mark that is no colour, and words; empty where nothing is said. */
export function noteWords({ note }: Pick<DissectedField, 'note'>, text: Text): { mark: string; words: string } {
  if (note === undefined) return { mark: '', words: '' };
  const words = text[`packetNote${capital(note)}`];
  if (note === 'checksumRight') return { mark: '✓', words };
  return { mark: note === 'checksumWrong' || note === 'badHeader' ? '✗' : '⚠', words };
}

/** Why there are no packets to show. */
export function problemWords({ code, why }: PacketProblem, text: Text): string {
  if (code === 'API_NO_PACKETS') {
    if (why === 'expired') return text.packetsExpired;
    return why === 'notSent' ? text.packetsNotSent : text.packetsNone;
  }
  // Servers of before answer so.
  if (code === 'NOT_FOUND') return text.packetsNone;
  if (code === 'ACCESS_TARGETS') return text.packetsForAnalysts;
  return fill(text.packetsProblem, { code });
}
