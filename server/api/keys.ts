/** Keys of series as the API writes them: `23/tcp`, `JP`, `tcpSyn` … */
import { protocolName, trafficClassNames } from '../../shared/protocols.ts';
import { radiationText } from '../../shared/radiation.ts';
import { Tag, tagNames } from '../../shared/tags.ts';
import { countryText } from '../aggregate/live-window.ts';
import { OTHER_KEY, otherText, type SeriesDimensionName } from '../store/ingest-commit.ts';

export function keyText(by: SeriesDimensionName, key: number): string {
  if (key === OTHER_KEY) return otherText(by);
  switch (by) {
    case 'total':
      return 'total';
    case 'class':
      return trafficClassNames[key] || String(key);
    case 'radiation':
      return radiationText(key);
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
