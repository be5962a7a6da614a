/** What the colours say, how much of each there is, and a switch for each. */
import { trafficClassNames } from '../../shared/protocols.ts';
import { radiationGroups } from '../../shared/radiation.ts';
import { Tag } from '../../shared/tags.ts';
import { classColour } from '../scene/class-colours.ts';
import { classShapes } from '../scene/class-shapes.ts';
import { type Category, countryOfKey } from '../scene/streak-colours.ts';
import type { PageState } from '../state.ts';
import { formatRate } from '../text/format.ts';
import { radiationGroupName } from '../text/radiation.ts';
import type { Language, Text } from '../text/text.ts';
import { element, letGo, type PanelMaker, setText, syncRows } from './panel.ts';

type Names = { readonly text: Text; readonly language: Language; countryName(code: string): string };

export const legend: PanelMaker = ({ text, language, actions, countryName }) => {
  const list = element('ul', 'legend-list');
  const title = element('h2');
  const mode = element('button', 'legend-mode');
  mode.type = 'button';
  mode.title = text.helpColour;
  mode.setAttribute('aria-keyshortcuts', 'C');
  mode.addEventListener('click', (event) => {
    actions.colourNext();
    letGo(event);
  });
  const names: Names = { text, language, countryName };
  return {
    element: element('section', 'panel legend', element('div', 'legend-head', title, mode), list),
    update(state) {
      setText(title, text.legend);
      setText(mode, `${text.colourBy}: ${colouringName(state, text)}`);
      syncRows(
        list,
        state.categories,
        () => createRow(actions.toggleCategory),
        (row, category) => {
          fillRow(row, category, state, names);
        },
      );
    },
  };
};

function colouringName({ settings }: PageState, text: Text): string {
  return {
    class: text.byClass,
    port: text.byPort,
    country: text.byCountry,
    tag: text.byTag,
    radiation: text.byRadiation,
  }[settings.colourBy];
}

function createRow(toggle: (colour: number) => void): HTMLElement {
  const button = element(
    'button',
    'legend-entry',
    element('span', 'swatch-box'),
    element('span', 'legend-name'),
    element('span', 'legend-rate'),
  );
  button.type = 'button';
  button.addEventListener('click', (event) => {
    toggle(Number(button.dataset.colour));
    letGo(event);
  });
  return element('li', '', button);
}

function fillRow(row: HTMLElement, { colour, key, rate }: Category, state: PageState, names: Names): void {
  const button = row.firstElementChild as HTMLButtonElement;
  const [swatch, name, figure] = button.children as unknown as [HTMLElement, HTMLElement, HTMLElement];
  const words = nameOf(key, state, names);
  button.dataset.colour = String(colour);
  if (swatch.dataset.shape !== String(colour)) drawSwatch(swatch, colour);
  setText(name, words);
  setText(figure, Number.isNaN(rate) ? '' : formatRate(rate, names.language));
  button.setAttribute('aria-pressed', String(((state.categoryMask >> colour) & 1) === 1));
}

function nameOf(key: number | null, { settings }: PageState, { text, countryName }: Names): string {
  if (key === null) return settings.colourBy === 'tag' ? text.otherRule : text.other;
  if (settings.colourBy === 'class')
    return text[trafficClassNames[key] as Exclude<(typeof trafficClassNames)[number], ''>];
  if (settings.colourBy === 'radiation') return radiationGroupName(radiationGroups[key]!, text);
  if (settings.colourBy === 'port') return String(key);
  if (settings.colourBy === 'country') return countryName(countryOfKey(key));
  return Object.entries(Tag).find(([, bit]) => bit === key)?.[0] ?? String(key);
}

const SWATCH = { width: 30, height: 10, thick: 4 } as const;

/** The trail as the picture draws it: its colour and its form. */
function drawSwatch(box: HTMLElement, colour: number): void {
  const { strokes, lit, width } = classShapes[colour]!;
  const create = (name: string) => document.createElementNS('http://www.w3.org/2000/svg', name);
  const [svg, line] = [create('svg'), create('line')];
  svg.setAttribute('viewBox', `0 0 ${SWATCH.width} ${SWATCH.height}`);
  svg.setAttribute('class', 'swatch');
  svg.setAttribute('aria-hidden', 'true');
  const at = { x1: 0, x2: SWATCH.width, y1: SWATCH.height / 2, y2: SWATCH.height / 2 };
  for (const [name, value] of Object.entries(at)) line.setAttribute(name, String(value));
  line.setAttribute('stroke-width', String(SWATCH.thick * width));
  const stroke = SWATCH.width / Math.max(1, strokes);
  if (strokes > 0) line.setAttribute('stroke-dasharray', `${stroke * lit} ${stroke * (1 - lit)}`);
  (line as SVGElement).style.stroke = classColour(colour);
  svg.append(line);
  box.replaceChildren(svg);
  box.dataset.shape = String(colour);
}
