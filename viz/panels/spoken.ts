/** The figures as a sentence for screen readers, at most every ten seconds. */
import { formatRate, portName } from '../text/format.ts';
import { fill } from '../text/text.ts';
import { element, type PanelMaker, setText } from './panel.ts';

const EVERY_MILLISECONDS = 10_000;

export const spoken: PanelMaker = ({ text, language, countryName }) => {
  const root = element('p', 'spoken');
  root.setAttribute('aria-live', 'polite');
  let last = Number.NEGATIVE_INFINITY;
  return {
    element: root,
    update({ totals }) {
      const now = performance.now();
      if (!totals || now - last < EVERY_MILLISECONDS) return;
      last = now;
      const [country] = totals.topCountries;
      const [port] = totals.topPorts;
      const values = {
        packets: formatRate(totals.rates.packetsPerSecond, language),
        flows: formatRate(totals.rates.flowsPerSecond, language),
        sources: totals.totals.sources,
        country: country ? countryName(country.country) : '–',
        port: port ? portName(port.protocol, port.port).port : '–',
      };
      setText(root, fill(text.summary, values));
    },
  };
};
