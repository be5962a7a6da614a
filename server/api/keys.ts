/** Keys of series as the API writes them: `23/tcp`, `JP`, `tcpSyn` … */
import { protocolName, trafficClassNames } from '../../shared/protocols.ts';
import { Tag, tagNames } from '../../shared/tags.ts';
import { countryText } from '../aggregate/live-window.ts';
import { OTHER_KEY, type SeriesDimensionName } from '../store/ingest-commit.ts';

export function keyText(by: SeriesDimensionName, key: number): string {
  // There is a traffic class that is called other.
  if (key === OTHER_KEY) return by === 'class' ? 'unlisted' : 'other';
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
    case 'network':
      return key === 0 ? 'unknown' : `AS${key}`;
    case 'tag':
      return tagNames.find((name) => Tag[name] === key) ?? String(key);
  }
}
