/** Which part of the Cube's planes is shown: a scale, a range of ports, a network of sources. */
import { formatSources, readPorts, readSources } from '../scene/settings.ts';
import type { PageState } from '../state.ts';
import { element, type Panel, type PanelContext } from './panel.ts';

export function cubeForm({ text, actions }: PanelContext): Panel {
  const scale = element('button', 'view-button');
  scale.type = 'button';
  let logarithmic = true;
  scale.addEventListener('click', () => actions.setCube({ logarithmic: !logarithmic }));
  const ports = field(text.cubePorts, '0-65535', (words) => {
    const range = words === '' ? ([0, 65_535] as const) : readPorts(words);
    if (range) actions.setCube({ ports: range });
    return range !== null;
  });
  const sources = field(text.cubeSources, '0.0.0.0/0', (words) => {
    const range = words === '' ? ([0, 1] as const) : readSources(words);
    if (range) actions.setCube({ sources: range });
    return range !== null;
  });
  return {
    element: element('div', 'cube-form', scale, ports.element, sources.element),
    update({ settings: { cube } }: PageState) {
      logarithmic = cube.logarithmic;
      scale.textContent = logarithmic ? text.logarithmic : text.linear;
      ports.show(cube.ports[0] === 0 && cube.ports[1] === 65_535 ? '' : cube.ports.join('-'));
      sources.show(formatSources(cube.sources) ?? '');
    },
  };
}

/** A text that takes effect when it makes sense; until then it says that it does not. */
function field(label: string, placeholder: string, take: (words: string) => boolean) {
  const input = element('input', 'cube-input');
  input.type = 'text';
  input.placeholder = placeholder;
  input.spellcheck = false;
  input.autocomplete = 'off';
  input.addEventListener('input', () => input.setAttribute('aria-invalid', String(!take(input.value.trim()))));
  return {
    element: element('label', 'cube-field', element('span', '', label), input),
    show(words: string) {
      if (document.activeElement !== input && input.value !== words) input.value = words;
    },
  };
}
