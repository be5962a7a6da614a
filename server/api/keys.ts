/** Keys of series as the API writes them: `23/tcp`, `JP`, `tcpSyn` … */
import { protocolName, trafficClassNames } from '../../shared/protocols.ts';
import { countryText } from '../aggregate/live-window.ts';
import type { SeriesDimensionName } from '../store/ingest-commit.ts';

export function keyText(by: SeriesDimensionName, key: number): string {
  switch (by) {
    case 'total':
      return 'total';
    case 'class':
      return trafficClassNames[key] || String(key);
    case 'protocol':
      return protocolName(key);
    case 'port':
      return `${key % 65_536}/${protocolName(Math.floor(key / 65_536))}`;
    case 'country':
      return countryText(key) || 'unknown';
    case 'sensor':
      return String(key);
  }
}
