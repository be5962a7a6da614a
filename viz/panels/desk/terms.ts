/** Keys of series as terms of the filter language, and as words. No DOM. */
import { IpProtocol, protocolName } from '../../../shared/protocols.ts';
import { radiationWords } from '../../../shared/radiation.ts';
import { countryKey, countryOfKey } from '../../scene/streak-colours.ts';
import { portName } from '../../text/format.ts';
import { radiationName } from '../../text/radiation.ts';
import type { TextKey } from '../../text/text.ts';
import type { PanelContext } from '../panel.ts';
import type { Stacking } from './settings.ts';

export type Dimension = Stacking | 'source';

/** What selects the key's packets, and nothing else; null for what is no single key. */
export function termOf(by: Dimension, key: string, sensorName: (id: string) => string | null): string | null {
  if (isRest(by, key)) return null;
  switch (by) {
    case 'class':
      return `class ${key}`;
    case 'radiation':
      return radiationWords.includes(key) ? `radiation ${key}` : null;
    case 'protocol':
      return key === 'tcp' || key === 'udp' ? key : `proto ${numberOf(key)}`;
    case 'port': {
      const [port, protocol] = key.split('/');
      return `${protocol} dst port ${port}`;
    }
    case 'country':
      return `country ${key}`;
    case 'network':
      return `asn ${key === 'unknown' ? 0 : key.replace(/^AS/, '')}`;
    case 'tag':
      return `tag ${key}`;
    case 'sensor': {
      const name = sensorName(key);
      return name === null || name.includes('"') ? null : `sensor "${name}"`;
    }
    case 'source':
      return `src host ${key}`;
  }
}

/** Its number where it has a name: the words `icmp` and `icmp6` mean one family only, and the series count both. */
function numberOf(key: string): string {
  return String((IpProtocol as Readonly<Record<string, number>>)[key] ?? key);
}

/** The sum of what is not named by itself. There are classes that are called other. */
function isRest(by: Dimension, key: string): boolean {
  return key === 'unlisted' || (key === 'other' && by !== 'class' && by !== 'radiation');
}

export interface Words {
  readonly name: string;
  readonly note: string;
}

export function wordsOf(
  by: Dimension,
  key: string,
  context: PanelContext,
  sensorName: (id: string) => string | null,
): Words {
  const { text, countryName, networkName } = context;
  if (isRest(by, key)) return { name: text.deskOthers, note: '' };
  switch (by) {
    case 'class':
      return { name: text[key as TextKey] ?? key, note: '' };
    case 'radiation':
      return { name: radiationName(key, text), note: '' };
    case 'protocol':
      return { name: /^\d+$/.test(key) ? `IP ${key}` : key.toUpperCase(), note: '' };
    case 'port': {
      const [port, protocol] = key.split('/');
      const number = Object.values(IpProtocol).find((each) => protocolName(each) === protocol) ?? 0;
      const named = portName(number, Number(port));
      return { name: key, note: named.service };
    }
    case 'country':
      return { name: countryName(countryOfKey(countryKey(key))), note: '' };
    case 'network':
      return key === 'unknown'
        ? { name: text.unknownNetwork, note: '' }
        : { name: key, note: networkName(Number(key.slice(2))) ?? '' };
    case 'sensor':
      return { name: sensorName(key) ?? key, note: '' };
    default:
      return { name: key, note: '' };
  }
}
